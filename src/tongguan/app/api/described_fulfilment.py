"""What the page docs/reference/api.md says of fulfilment, order quality and returns."""

from __future__ import annotations

from dataclasses import fields
from typing import Final

from tongguan.app.api import case_story, fulfilment, orders
from tongguan.app.api.described import Described
from tongguan.model import answers, flags, returns, waiting
from tongguan.model import fulfilment as model
from tongguan.model.access import Permission

_BELOW: Final = {name: f", or below it: codes nest by `{separator}`" for name, separator in answers.NESTED.items()}
_FLOW: Final = tuple(f"{f.name}: only this one{_BELOW.get(f.name, '')}" for f in fields(answers.FlowFilter))
_DAY: Final = "day: which, such as `2026-11-21`; today up to now without it"
_PAGE: Final = ("limit: rows, 50 without it, 10,000 at most", "offset: rows to pass over")
_LATENESS: Final = f"lateness: {', '.join(waiting.Lateness)}"
_RETURNED: Final = ("reason: why it was called off or given back", "product_id: only this product")
_PARTS: Final = "Parts are those of the stages of the scope."
_RATE: Final = "The rate on time is `on_time / (on_time + overdue)`: what is open and late counts."

FULFILMENT: Final = (
    Described(
        "GET",
        "/fulfilment",
        Permission.SEE_PANORAMA,
        f"Every part of fulfilment with its steps: what stands there and how, what came, what was done on time. {_RATE} {_PARTS}",
        (*_FLOW, f"{_DAY}; what stands is told of now only"),
        model.FulfilmentNow,
    ),
    Described(
        "GET",
        "/fulfilment/{part}",
        Permission.SEE_PANORAMA,
        "One part, also by region, channel and business class, and why its work failed. `reasons` is null for who does not see its stage.",
        (*_FLOW, f"{_DAY}; what stands is told of now only"),
        model.PartDay,
    ),
    Described(
        "GET",
        "/fulfilment/{part}/open",
        Permission.SEE_PANORAMA,
        "The live list of what stands open in a part, the oldest first, with who has it.",
        (*_FLOW, "step: only at this milestone of the part", f"{_LATENESS}; late and warned without it", *_PAGE),
        model.UrgentPage,
    ),
    Described(
        "GET",
        "/acceptance",
        Permission.SEE_PANORAMA,
        "How well orders are accepted by hand, day by day, why it fails, and what stands there now. For who sees the stage of acceptance.",
        (*_FLOW, f"days: how many, today among them; {fulfilment.DAYS} without it, {fulfilment.MOST_DAYS} at most"),
        model.AcceptanceQuality,
    ),
    Described(
        "GET",
        "/orders/quality",
        Permission.SEE_ORDERS,
        "Which orders rules took for abnormal on a day, by rule, beside the day and the week before up to the same time, and 14 days.",
        (*_FLOW, _DAY),
        flags.FlaggedDay,
    ),
    Described(
        "GET",
        "/orders/quality/rules",
        Permission.SEE_ORDERS,
        "The rules that Tongguan applies itself, and where they stand. Durations are ISO 8601, such as `PT600S`.",
        (),
        flags.FlagBook,
    ),
    Described(
        "GET",
        "/orders/flags",
        Permission.SEE_ORDERS,
        "The flags of a day one by one with why, the newest first.",
        (*_FLOW, _DAY, "rule: only what this one found; sources may have rules of their own", *_PAGE),
        flags.FlaggedPage,
    ),
    Described(
        "GET",
        "/returns",
        Permission.SEE_ORDERS,
        "Cancellations and returns: today beside other days, and a period by day, by reason and other dimensions, and by step.",
        (
            *_FLOW,
            *_RETURNED,
            f"since: first day, such as `2026-11-01`; without it {orders.DAYS} days up to the last",
            f"until: last day; today without it. {orders.MOST_DAYS:,} days at most",
        ),
        returns.ReturnsReport,
    ),
    Described(
        "GET",
        "/returns/waiting",
        Permission.SEE_ORDERS,
        "Cancellations, returns and refunds under way, the oldest first. None for who does not see the stage of returns.",
        (*_FLOW, *_RETURNED, _LATENESS, *_PAGE),
        returns.OpenReturns,
    ),
    Described(
        "GET",
        "/returns/ended",
        Permission.SEE_ORDERS,
        "Cancellations and returns that came to an end on a day, the newest first.",
        (*_FLOW, *_RETURNED, _DAY, *_PAGE),
        returns.EndedReturns,
    ),
)
"""Fulfilment, order quality and returns."""

INSIDE: Final = (
    *(model.Part, model.PartNow, model.StepNow, model.Standing, model.Ended, model.PartBreakdown, model.PartShare, model.FailureReason),
    *(model.UrgentRow, model.Held, model.QualityDay, waiting.WaitingRow, case_story.CaseClock),
    *(flags.FlaggedRule, flags.FlagCount, flags.FlaggedOn, flags.FlaggedRow, flags.FlagRule),
    *(returns.ReturnCounts, returns.ReturnsOn, returns.ReturnShare, returns.ReturnStep, returns.OpenReturn, returns.EndedReturn),
    returns.ReturnAbout,
)
"""Types inside these answers that are described as well."""
