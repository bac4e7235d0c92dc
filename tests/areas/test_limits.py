"""Every step at which something waits for the operation has a limit, until people write other rules."""

from __future__ import annotations

from datetime import timedelta

from tongguan.areas.packs import build_vocabulary

VOCABULARY = build_vocabulary()
WAITS_FOR_NOBODY = {
    "resource": "stock lies until somebody wants it",
    "package": "where a package is, is told at the step of its order",
    "contact": "conversations are judged by how soon they are answered",
    "campaign": "activities run as long as they are planned to",
}


def test_every_step_that_a_stage_waits_for_has_a_limit() -> None:
    missing = [
        (stage.name, step)
        for stage in VOCABULARY.stages
        for step in stage.waiting_at
        if step not in VOCABULARY.case_kind(stage.case_kind).limits
    ]
    assert missing == []


def test_every_open_step_of_an_order_and_a_ticket_has_a_limit() -> None:
    for name in ("order", "ticket"):
        kind = VOCABULARY.case_kinds[name]
        assert {one.name for one in kind.milestones if one.step and not one.final} == set(kind.limits)


def test_kinds_without_limits_are_those_that_wait_for_nobody() -> None:
    assert {kind.name for kind in VOCABULARY.case_kinds.values() if not kind.limits} == set(WAITS_FOR_NOBODY)


def test_the_operations_own_defaults() -> None:
    minute, hour, day = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
    expected = {
        "acceptance_requested": (5 * minute, 10 * minute, False),
        "acceptance_queued": (30 * minute, 60 * minute, True),
        "allocation_requested": (4 * hour, 8 * hour, False),
        "allocated": (24 * hour, 48 * hour, False),
        "activation_requested": (30 * minute, 2 * hour, False),
        "refund_requested": (3 * day, 7 * day, False),
    }
    limits = VOCABULARY.case_kind("order").limits
    assert {step: (limits[step].warning, limits[step].late, limits[step].working) for step in expected} == expected
    assert limits["shipped"].promised and limits["voucher_sent"].promised
    tickets = VOCABULARY.case_kind("ticket").limits
    assert (tickets["opened"].warning, tickets["opened"].late) == (30 * minute, hour)
    assert (tickets["responded"].warning, tickets["responded"].late) == (24 * hour, 48 * hour)
