"""What halls are watched by exists, and every channel is watched."""

from __future__ import annotations

from tongguan.areas.operations.codes import CHANNELS
from tongguan.areas.operations.halls import HALL_WATCH
from tongguan.areas.packs import build_vocabulary


def test_every_type_attribute_and_stage_exists() -> None:
    words = build_vocabulary()
    for name in HALL_WATCH.types():
        words.event_type(name)
    for hall in HALL_WATCH.halls:
        assert not set(hall.successes) & set(hall.failures)
    words.case_kind(HALL_WATCH.ticket_kind)
    carried = {
        HALL_WATCH.probes_done[0]: (HALL_WATCH.probe, HALL_WATCH.target),
        HALL_WATCH.outage_started: (HALL_WATCH.outage, HALL_WATCH.parts, HALL_WATCH.planned, HALL_WATCH.ends),
        HALL_WATCH.interface_failed: (HALL_WATCH.interface,),
        HALL_WATCH.referral_made: (HALL_WATCH.referral_to,),
    }
    for name, attributes in carried.items():
        assert {*attributes} <= {one.name for one in words.event_type(name).attributes}


def test_every_channel_is_watched_once() -> None:
    assert sorted(hall.channel for hall in HALL_WATCH.halls) == sorted(CHANNELS)
    assert set(HALL_WATCH.handed_over.values()) <= set(CHANNELS)
