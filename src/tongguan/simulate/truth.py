"""The truth file: what was planted, what was told, and the accounts of both, as one JSON document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from tongguan.simulate.accounts import Accounts
from tongguan.simulate.clock import date_of
from tongguan.simulate.faults.plan import to_json
from tongguan.simulate.money.breaks import Break
from tongguan.simulate.world import Setting

VERSION = 1


class Truth:
    """Collects the truth of the days that were made.

    Args:
        setting: what decides everything.
        days: how many days were asked for.
    """

    def __init__(self, setting: Setting, days: int) -> None:
        self._setting = setting
        self._days = days
        self._touched: Counter[str] = Counter()
        self._breaks: list[Break] = []

    def add(self, touched: Counter[str], breaks: Sequence[Break]) -> None:
        """Note what a day planted."""
        self._touched.update(touched)
        self._breaks += breaks

    def document(self, accounts: Accounts) -> dict[str, Any]:
        """Return everything as JSON can hold it."""
        setting = self._setting
        return {
            "version": VERSION,
            "setting": {
                "seed": setting.seed,
                "first": setting.first.isoformat(),
                "days": self._days,
                "orders_per_day": setting.orders_per_day,
                "profile": setting.profile.value,
                "faults": setting.plan.name,
            },
            "faults": [{**to_json(fault), "rows_changed": self._touched[fault.id]} for fault in setting.plan.faults],
            "breaks": [{**asdict(one), "day": date_of(one.day).isoformat()} for one in self._breaks],
            "accounts": {
                "events": accounts.events,
                "by_channel": [asdict(line) for line in accounts.lines()],
                "by_payment_channel": [asdict(line) for line in accounts.money()],
            },
        }
