"""The province at a size, with a seed, a first day and faults: what all generators take."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Final

from tongguan.simulate.chance import Chance
from tongguan.simulate.clock import date_of, day_of
from tongguan.simulate.faults.plan import FaultPlan
from tongguan.simulate.people import People
from tongguan.simulate.province.channels import Profile

CUSTOMERS_PER_ORDER: Final = 40
"""So many customers are there per order of a usual day."""


@dataclass(frozen=True)
class Setting:
    """What decides every event.

    Attributes:
        seed: of all draws.
        first: the first day; cases begin from then on.
        orders_per_day: usual orders of a usual day, 1 or more.
        profile: how much each channel is used.
        plan: what goes wrong.
        lines_told: statement lines are told as events; else they stand only in the statement files.
    """

    seed: int
    first: date
    orders_per_day: int
    profile: Profile = Profile.TODAY
    plan: FaultPlan = field(default_factory=lambda: FaultPlan("none"))
    lines_told: bool = True


class World:
    """The province.

    Args:
        setting: what decides everything.
    """

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.plan = setting.plan
        self.orders_per_day = setting.orders_per_day
        self.profile = setting.profile
        self.first = day_of(setting.first)

    @cached_property
    def people(self) -> People:
        """The customers."""
        return People(Chance(self.setting.seed), max(1000, self.orders_per_day * CUSTOMERS_PER_ORDER))

    def chance(self, room: str, day: int | None = None) -> Chance:
        """Return the draws of a generator, of one day where one is given."""
        found = Chance(self.setting.seed, room)
        return found if day is None else found.of(day)

    def name(self, day: int) -> str:
        """Return the short name of a day, such as ``261121``: part of the ids of what begins in it."""
        return date_of(day).strftime("%y%m%d")

    def per_day(self, thousandths: int) -> int:
        """Return how many of something are usual in a day where so many come on 1,000 orders; in millionths, for :meth:`Chance.count`."""
        return self.orders_per_day * thousandths * 1000
