"""Events of money that is not the customer's: commission, incentives, policies, investments; totals that others report."""

from __future__ import annotations

from typing import Final

from tongguan.areas.declaring import day, happening, moment, money, text, whole
from tongguan.model.vocabulary import EventType

_SHARE: Final = (
    text("scheme", "Rule by which it is reckoned."),
    text("partner", "Partner, shop or person credited."),
    text("account_period", "Accounting period, such as 2026-11."),
    text("cause", "What it is for."),
)
_COMMISSION: Final = (
    happening(
        "commission.credited",
        "佣金计提",
        "Commission credited",
        "`amount` is due to a partner, shop or person for a sale.",
        740,
        attributes=_SHARE,
    ),
    happening("commission.reversed", "佣金冲回", "Commission reversed", "`amount` credited before is due no more.", 744, attributes=_SHARE),
    happening("commission.settled", "佣金结算", "Commission settled", "`amount` of commission was paid out.", 748, attributes=_SHARE),
    happening(
        "incentive.credited",
        "激励计提",
        "Incentive credited",
        "`amount` or `quantity` of points is due to a member of staff or a shop, as each side of an OTO order.",
        742,
        attributes=(*_SHARE, text("side", "Whose share it is.", "online", "shop", "partner", "staff")),
    ),
)

_POLICY: Final = (
    text("policy", "Id of the policy."),
    text("title", "Name of the policy."),
    moment("ends", "When it ends."),
    money("cost", "Cost per sale, as planned."),
    money("subsidy", "Subsidy per sale, as planned."),
    money("expected_revenue", "Revenue in all, as planned."),
    whole("expected_volume", "Sales, as planned."),
)
_POLICIES: Final = (
    happening("policy.started", "政策生效", "Policy started", "An online sales policy is in force.", 32, attributes=_POLICY),
    happening("policy.changed", "政策变更", "Policy changed", "Terms of a policy changed.", 34, attributes=_POLICY),
    happening("policy.ended", "政策终止", "Policy ended", "A policy is in force no more.", 948, attributes=_POLICY),
    happening(
        "subsidy.granted",
        "补贴发放",
        "Subsidy granted",
        "`amount` of subsidy went into an order.",
        750,
        requires="order_id",
        attributes=_POLICY,
    ),
)

_SPENT: Final = (
    text("project", "What it was spent on."),
    text("cost_kind", "Kind of cost."),
    text("account_period", "Accounting period, such as 2026-11."),
)
_SPENDING: Final = (
    happening(
        "cost.booked",
        "成本入账",
        "Cost booked",
        "`amount` was spent on running a channel or a service; accounting says it.",
        752,
        attributes=_SPENT,
    ),
    happening("investment.approved", "投资批准", "Investment approved", "`amount` may be invested.", 36, attributes=_SPENT),
    happening("investment.spent", "投资支出", "Investment spent", "`amount` was invested.", 754, attributes=_SPENT),
)

_TOTALS: Final = (
    happening(
        "aggregate.reported",
        "汇总数据上报",
        "Aggregate reported",
        "Another system reports a total that e-channels cannot see; the latest report of a fact, period and dimension is valid.",
        760,
        attributes=(
            text("fact", "Name of the total, such as new users of the whole network."),
            day("period_start", "First day."),
            day("period_end", "Last day."),
            text("value", "The total as decimal text, such as 1234.5."),
            text("unit", "Unit of the value."),
        ),
    ),
)

EVENT_TYPES: Final[tuple[EventType, ...]] = (*_COMMISSION, *_POLICIES, *_SPENDING, *_TOTALS)
