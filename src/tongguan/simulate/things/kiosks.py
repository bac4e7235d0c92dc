"""Devices day by day: they come, say that they are on, fall silent, rest, and go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tongguan.simulate.chance import Mask, Quantiles, Whole
from tongguan.simulate.clock import DAY, HOUR, MINUTE, SECOND, at, in_hours
from tongguan.simulate.columns import Codes, Cohort, Column, Numbers, Same
from tongguan.simulate.faults.plan import Fault, FaultKind
from tongguan.simulate.province.devices import CLOSES, OPENS, Fleet, fleet_of
from tongguan.simulate.province.places import DISTRICTS
from tongguan.simulate.telling import Script
from tongguan.simulate.world import World

BEAT: Final = 30 * MINUTE
"""A device that is on says so every so often."""
_BEATS: Final = DAY // BEAT
_HEALTH_EVERY: Final = 4
"""Every so manieth beat tells how much paper and cash there is."""
_LOST: Final = 2000
"""Millionths of the beats that get lost on their way."""

DOWN: Final = 58_000
"""Millionths of the devices that go down on a day."""
DOWN_FOR: Final = Quantiles({0: 0.4, 40: 5, 75: 18, 95: 46, 100: 68}, HOUR)
"""How long they stay down; with :data:`DOWN` about 96 % of them are on."""
_REACH: Final = 4
"""Nobody is down for longer than so many days, opening hours among them."""
CAUSES: Final = ("power", "network", "part", "software")
_CAUSE_WEIGHTS: Final = (30, 38, 20, 12)

MAINTENANCE: Final = 8000
"""Millionths of the devices that are paused on a day, to be looked after."""
_PAUSED_FOR: Final = Quantiles({0: 40, 60: 120, 100: 240}, MINUTE)
_MOVED: Final = 400
"""Millionths of the devices that get another place in their district on a day."""

_LAG: Final = 4 * MINUTE
"""So long does it take at most until it shows that a district is cut off, or no longer so."""


@dataclass(frozen=True)
class Spells:
    """Times in which devices are not on, a row each.

    Attributes:
        device: row in the fleet.
        start, end: moments, ``end`` excluded.
        cause: place in :data:`CAUSES`.
    """

    device: Whole
    start: Whole
    end: Whole
    cause: Whole

    def only(self, which: Mask) -> Spells:
        """Return the rows that a mask names."""
        return Spells(self.device[which], self.start[which], self.end[which], self.cause[which])

    def cover(self, device: Whole, times: Whole) -> Mask:
        """Return which devices are not on at moments; ``device`` and ``times`` have one shape, a row per device or case."""
        found = np.zeros(times.shape, dtype=np.bool_)
        of_row = {int(row): place for place, row in enumerate(device.tolist())} if len(self.device) else {}
        for row, start, end in zip(self.device.tolist(), self.start.tolist(), self.end.tolist(), strict=True):
            if row in of_row:
                found[of_row[row]] |= (times[of_row[row]] >= start) & (times[of_row[row]] < end)
        return found


def _joined(parts: Sequence[Spells]) -> Spells:
    return Spells(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("device", "start", "end", "cause")))


def _drawn(world: World, fleet: Fleet, day: int) -> Spells:
    """Return who would go down on a day, were it not down already."""
    chance = world.chance("kiosks", day)
    everyone = np.arange(len(fleet), dtype=np.int64)
    # Devices come and are retired by day, outside which nothing can happen to them.
    device = np.flatnonzero(chance.happens("down", everyone, DOWN) & fleet.there(day) & (fleet.since < day))
    all_day = fleet.all_day[device]
    opening = np.where(all_day, at(day), at(day, OPENS))
    start = opening + chance.below("down/start", device, np.where(all_day, DAY, (CLOSES - OPENS) * HOUR) // SECOND) * SECOND
    end = start + chance.spread("down/long", device, DOWN_FOR)
    late = chance.below("down/late", device, 40 * MINUTE)
    end = np.where(all_day, end, in_hours(end, OPENS, CLOSES, late))
    return Spells(device, start, end, chance.pick("down/cause", device, _CAUSE_WEIGHTS))


def downs(world: World, fleet: Fleet, day: int, back: int = _REACH) -> list[Spells]:
    """Return who goes down on each of the days from ``back`` days before ``day`` up to it; nobody does while still down."""
    days = [_drawn(world, fleet, each) for each in range(max(world.first, day - back - _REACH), day + 1)]
    found = []
    for place in range(max(0, len(days) - back - 1), len(days)):
        until = np.zeros(len(fleet), dtype=np.int64)
        for earlier in days[max(0, place - _REACH) : place]:
            until[earlier.device] = np.maximum(until[earlier.device], earlier.end)
        here = days[place]
        found.append(here.only(here.start > until[here.device] + HOUR))
    return found


def pauses(world: World, fleet: Fleet, day: int, down: Spells) -> Spells:
    """Return who rests on a day, of those who are not down then."""
    chance = world.chance("kiosks", day)
    device = np.flatnonzero(chance.happens("pause", np.arange(len(fleet)), MAINTENANCE) & fleet.there(day))
    start = at(day, 9) + chance.below("pause/start", device, 7 * HOUR)
    end = start + chance.spread("pause/long", device, _PAUSED_FOR)
    # Within a day they are few and short: a device with any trouble near the pause is left alone.
    begins, ends = _nearest(down, len(fleet), at(day)), _latest(down, len(fleet))
    free = (ends[device] < start) | (begins[device] > end)
    return Spells(device[free], start[free], end[free], np.zeros(int(free.sum()), dtype=np.int64))


def _nearest(spells: Spells, size: int, since: int) -> Whole:
    begins = np.full(size, 1 << 60, dtype=np.int64)
    np.minimum.at(begins, spells.device, np.where(spells.end > since, spells.start, 1 << 60))
    return begins


def _latest(spells: Spells, size: int) -> Whole:
    ends = np.zeros(size, dtype=np.int64)
    np.maximum.at(ends, spells.device, spells.end)
    return ends


def struck(world: World, fleet: Fleet, fault: Fault) -> Mask:
    """Return which devices a fault of the kind KIOSKS_OFFLINE cuts off."""
    here = fleet.district == (DISTRICTS.index(fault.where["region"]) if fault.where["region"] in DISTRICTS else -1)
    found: Mask = here & world.chance("kiosks").happens(f"struck/{fault.id}", np.arange(len(fleet)), fault.strength)
    return found


def tell_kiosks(world: World, day: int, script: Script) -> None:
    """Tell how the devices fare: registry, heartbeats, downs and pauses, and what a fault does to those of a district."""
    fleet = fleet_of(world)
    parts = downs(world, fleet, day)
    down = _joined(parts)
    rests = pauses(world, fleet, day, down)
    faults = list(world.plan.of(FaultKind.KIOSKS_OFFLINE, at(day), at(day + _REACH)))
    whom = Cohort(len(fleet), fleet.columns(np.arange(len(fleet))))
    _tell_registry(world, day, fleet, whom, script)
    _tell_beats(world, day, fleet, _joined([down, rests]), script)
    _tell_downs(world, day, fleet, parts[-1], faults, script)
    _tell_offline(world, day, fleet, down, whom, script)
    resting = Cohort(len(rests.device), fleet.columns(rests.device))
    script.tell("device.paused", resting, rests.start, reason=Same("maintenance"))
    script.tell("device.resumed", resting, rests.end, reason=Same("maintenance"))


def _tell_registry(world: World, day: int, fleet: Fleet, whom: Cohort, script: Script) -> None:
    chance, everyone = world.chance("kiosks", day), np.arange(len(fleet), dtype=np.int64)
    new = np.flatnonzero(fleet.since == day)
    if len(new):
        # On the first day all stand there already; later ones are put up before opening.
        begin = at(day) if day == world.first else at(day, 7)
        times = begin + chance.below("registered", everyone, 50 * SECOND)
        script.tell("device.registered", whom, times, new, attributes=fleet.about(everyone))
        script.tell("device.connected", whom, times + MINUTE, new)
    gone = np.flatnonzero(fleet.until == day)
    if len(gone):
        times = at(day, 0, 5) + chance.below("retired", everyone, HOUR)
        script.tell("device.retired", whom, times, gone, attributes=fleet.about(everyone), reason=Same("worn_out"))
    moved = np.flatnonzero(chance.happens("moved", everyone, _MOVED) & fleet.there(day) & (fleet.since < day))
    if len(moved):
        about = fleet.about(everyone)
        site = about["site"]
        if isinstance(site, Codes):
            sites = len(site.names) // len(DISTRICTS)
            here = site.index // sites * sites
            about["site"] = Codes(site.names, here + (site.index - here + 1 + chance.below("moved/to", everyone, sites - 1)) % sites)
        script.tell("device.moved", whom, at(day, 10) + chance.below("moved/at", everyone, 6 * HOUR), moved, attributes=about)


def _tell_beats(world: World, day: int, fleet: Fleet, silent: Spells, script: Script) -> None:
    chance, everyone = world.chance("kiosks", day), np.arange(len(fleet), dtype=np.int64)
    slots = np.arange(_BEATS, dtype=np.int64)
    offset = 3 * MINUTE + world.chance("kiosks").below("beat", everyone, BEAT - 5 * MINUTE)
    times = at(day) + offset[:, None] + slots[None, :] * BEAT
    hours = (times >= at(day, OPENS)) & (times < at(day, CLOSES))
    on = fleet.there(day)[:, None] & (fleet.all_day[:, None] | hours)
    # Who is put up on a later day than the first is connected at seven.
    on &= ((fleet.since < day) | (day == world.first))[:, None] | (times >= at(day, OPENS))
    on &= ~chance.happens("lost", everyone[:, None] * _BEATS + slots, _LOST)
    on &= ~silent.cover(everyone, times)
    for fault in world.plan.of(FaultKind.KIOSKS_OFFLINE, at(day) - _LAG, at(day + 1)):
        cut = on & struck(world, fleet, fault)[:, None] & (fault.during(times) | fault.during(times - _LAG))
        script.touch(fault.id, int(cut.sum()))
        on &= ~cut
    device, slot = np.nonzero(on)
    whom = Cohort(len(device), fleet.columns(device))
    told, often = times[device, slot], slot % _HEALTH_EVERY == 0
    kind = "device.heartbeat_received"
    beat = day * _BEATS + slot
    health: dict[str, Column] = {
        "paper": Numbers(100 - (beat + device * 37) % (6 * _BEATS) * 95 // (6 * _BEATS)),
        "cash_level": Numbers((slot * (8 + device % 9) * 10 // _BEATS) % 100),
    }
    script.tell(kind, whom, told, np.flatnonzero(often), attributes=health)
    script.tell(kind, whom, told, np.flatnonzero(~often))


def _within(world: World, fleet: Fleet, faults: Sequence[Fault], device: Whole, times: Whole) -> Mask:
    """Return which devices some fault has cut off at a moment each."""
    found = np.zeros(len(device), dtype=np.bool_)
    for fault in faults:
        found |= struck(world, fleet, fault)[device] & fault.during(times)
    return found


def _tell_downs(world: World, day: int, fleet: Fleet, here: Spells, faults: Sequence[Fault], script: Script) -> None:
    whom = Cohort(len(here.device), fleet.columns(here.device))
    part = np.flatnonzero(here.cause == CAUSES.index("part"))
    broken = Codes(("printer", "cash_validator", "card_reader", "screen"), world.chance("kiosks", day).below("part", here.device, 4))
    code: dict[str, Column] = {"fault": Same("broken"), "part": broken, "severity": Same("high")}
    gone, back = fleet.until[here.device], here.end // DAY
    known_start = ~_within(world, fleet, faults, here.device, here.start)
    known_end = ~_within(world, fleet, faults, here.device, here.end) & (back < gone)
    script.tell("device.fault_raised", whom, here.start, part, attributes=code)
    script.tell("device.disconnected", whom, here.start + SECOND, known_start, reason=Codes(CAUSES, here.cause))
    mended = part[(back < gone)[part]]
    script.tell("device.fault_cleared", whom, here.end - SECOND, mended, attributes=code, duration=Numbers(here.end - here.start))
    script.tell("device.connected", whom, here.end, known_end)


def _tell_offline(world: World, day: int, fleet: Fleet, down: Spells, whom: Cohort, script: Script) -> None:
    """Tell what is seen of a district that is cut off: half of its devices are reported, the others are just not heard of any more."""
    everyone = np.arange(len(fleet), dtype=np.int64)
    for fault in world.plan.of(FaultKind.KIOSKS_OFFLINE, at(day) - 1, at(day + 1)):
        hit = struck(world, fleet, fault) & fleet.there(day)
        lag = world.chance("kiosks").below(f"lag/{fault.id}", everyone, _LAG)
        if fault.start >= at(day):
            start, reported = fault.start + lag, world.chance("kiosks").happens(f"seen/{fault.id}", everyone, 500_000)
            off = down.cover(everyone, start[:, None])[:, 0]
            cut = np.flatnonzero(hit & reported & ~off)
            script.tell("device.disconnected", whom, start, cut, reason=Same("network"))
            script.touch(fault.id, len(cut))
        if at(day) <= fault.end < at(day + 1):
            end = fault.end + lag
            back = np.flatnonzero(hit & ~down.cover(everyone, end[:, None])[:, 0])
            script.tell("device.connected", whom, end, back)
            script.touch(fault.id, len(back))
