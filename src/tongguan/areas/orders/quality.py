"""Order quality 订单质量: what a flag says of an order, and the names of rules that sources apply."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tongguan.areas.declaring import decimal, labels, money, several, text
from tongguan.model.vocabulary import Attribute, Label

RULES_FILE: Final = Path(__file__).parent / "quality.yaml"
"""The rules that Tongguan applies itself."""

FLAG: Final[tuple[Attribute, ...]] = (
    text("rule", "Rule that flagged it."),
    several("other_orders", "Orders that it is compared with."),
    several("compared", "Columns in which it agrees with them, or that it lacks."),
    decimal("found", "What was measured: seconds since the other order, orders of the day, spreads off the usual amount, seconds unpaid."),
    decimal("bound", "What the rule allows of it."),
    money("usual", "Usual amount of the product: the median of the days before."),
)
"""Attributes of the event that flags an order."""

SOURCE_RULES: Final[Mapping[str, Label]] = labels(
    {
        "same_customer_same_class": ("同客户同类重复", "Same customer, same class"),
        "missing_document": ("证件资料缺失", "Document missing"),
        "many_orders_one_address": ("一址多单", "Many orders at one address"),
    }
)
"""Names of usual rules of selling systems, for the attribute ``rule``."""
