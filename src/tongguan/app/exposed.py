"""Chosen indicators for Prometheus: values of today so far and of the day before, made once a minute, never while they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from tongguan.app.installation import Installation
from tongguan.app.loops import Loop
from tongguan.app.settings import SettingsError
from tongguan.lib.suggest import valid_hint
from tongguan.metrics.catalogue import Catalogue
from tongguan.model.access import EVERYTHING
from tongguan.model.indicator_answers import Amount, Grain, IndicatorQuery

SECONDS: Final = 60.0
"""Between two rounds."""

KEPT: Final = timedelta(minutes=5)
"""So long values are told after rounds began to fail; then they are absent, as an old number looks like a new one."""

_TODAY, _YESTERDAY = "today", "yesterday"
_LABELS: Final = ("name", "period")


@dataclass(frozen=True)
class _Round:
    """What a round found: amounts by indicator and period, and when."""

    at: datetime
    amounts: Mapping[tuple[str, str], Amount] = field(default_factory=dict)


class ExposedIndicators(Collector):
    """The gauges of the indicators that the setting ``metrics_exposed`` names.

    Args:
        installation: the opened home.
    """

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._zone = ZoneInfo(installation.settings.zone)
        self._names = names_in(installation.settings.metrics_exposed)
        self._found: _Round | None = None

    def loops(self) -> list[Loop]:
        """Return the loop that makes the values; none where nothing is exposed."""
        return [Loop("exposed indicators", SECONDS, self.round)] if self._names else []

    def round(self) -> None:
        """Make the values of today and of the day before anew. An indicator that is no longer there has none.

        Raises:
            WarehouseError: the warehouse did not answer; the values stay for :data:`KEPT`.
        """
        here = self._installation
        at, engine = here.now(), here.indicators()
        names = tuple(name for name in self._names if name in engine.registry)
        if not names:
            self._found = _Round(at)
            return
        today = at.astimezone(self._zone).date()
        query = IndicatorQuery(names, today - timedelta(days=1), today, Grain.DAY)
        rows = engine.answer(query, EVERYTHING, at).rows
        amounts = {(name, period): row.amounts[name] for period, row in zip((_YESTERDAY, _TODAY), rows, strict=True) for name in names}
        self._found = _Round(at, amounts)

    def collect(self) -> Iterator[Metric]:
        """Return the gauges as the last round left them."""
        found = self._found
        if found is None:
            return
        value = GaugeMetricFamily("tongguan_indicator", "Value of an indicator; a share is between 0 and 1", labels=_LABELS)
        whole = GaugeMetricFamily("tongguan_indicator_whole", "What a share is a share of", labels=_LABELS)
        if self._installation.now() - found.at <= KEPT:
            for place, amount in found.amounts.items():
                for gauge, number in ((value, amount.value), (whole, amount.whole)):
                    if number is not None:
                        gauge.add_metric(place, float(number))
        made = GaugeMetricFamily("tongguan_indicator_made_timestamp_seconds", "When the values of indicators were made")
        made.add_metric([], found.at.timestamp())
        yield from (value, whole, made)


def names_in(text: str) -> tuple[str, ...]:
    """Return the names that a setting lists, each once."""
    return tuple(dict.fromkeys(one for one in map(str.strip, text.split(",")) if one))


def check_exposed(text: str, catalogue: Catalogue) -> None:
    """Refuse names that no indicator has.

    Raises:
        SettingsError: names the nearest, and what is wrong with the installation's own files.
    """
    shelf = catalogue.shelf()
    for name in names_in(text):
        if name not in shelf.registry:
            wrong = f"; own files have mistakes: {shelf.problems[0]}" if shelf.problems else ""
            raise SettingsError(f"metrics_exposed: no indicator {name!r}; {valid_hint(name, shelf.registry)}{wrong}")
