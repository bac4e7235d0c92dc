"""Every indicator of every area, held against cases: what happened, what is asked, what must be answered.

The cases are data: ``tests/cases/indicators/<area>.yaml`` is a list of them, each with

- ``title``: what it shows, unique within its file;
- ``events``: each ``{<event type>: <time>, <column or attribute>: <value>, …}``. Times are ``11-03 10:00`` of 2026 or
  ``2025-11-03 10:00`` in the operation's zone, or RFC 3339. Each case has a region of its own, which is filled in (a ``region`` that is
  given lies below it), and ids are made the case's own, so that cases do not meet. What a type requires and the case does not say is
  filled in. ``period`` stands for ``period_start`` and ``period_end`` of a reported total;
- ``later``: events that come in when the others are loaded;
- ``ask``: what differs from ``{since: 2026-11-01, until: 2026-11-30, grain: total, by: [], where: {}}``;
- ``expect``: indicator → its number; ``part/whole`` of a share (its value is the quotient, nothing over 0); null for nothing. Where the
  question has buckets or dimensions: bucket and values, with blanks between them → number; places that are not told must be 0 or nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.fixtures.rig import MORNING
from tests.fixtures.trade import happened, opened
from tongguan.areas.packs import build_vocabulary, indicator_files
from tongguan.metrics.drill import case_ids, drill
from tongguan.metrics.indicators import IndicatorEngine
from tongguan.metrics.load import load_indicators
from tongguan.metrics.registry import Registry
from tongguan.model.access import EVERYTHING
from tongguan.model.event import EVENT_FIELDS, REFERENCES
from tongguan.model.indicator_answers import Amount, Grain, IndicatorQuery, RowsQuery, Side
from tongguan.model.vocabulary import Kind
from tongguan.processes.open_steps import OpenStepsKeeper

FOLDER = Path(__file__).parent.parent / "cases" / "indicators"
ZONE, OFFSET = "Asia/Shanghai", "+08:00"
NOW = datetime(2026, 12, 20, tzinfo=UTC)
LEAST_CASES = 3
WORDS = build_vocabulary()
KEYS = {"title", "events", "later", "ask", "expect"}
_FILLED = {"channel": "app", "amount": 100, "quantity": 1, "duration": 1000}


@dataclass(frozen=True)
class Case:
    """One story and what is asked about it."""

    area: str
    region: str
    told: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"{self.area}: {self.told['title']}"

    def records(self, key: str) -> list[bytes]:
        """Return the records of the events under a key."""
        return [self._record(f"{key}{number}", dict(one)) for number, one in enumerate(self.told.get(key) or ())]

    def _record(self, number: str, event: dict[str, Any]) -> bytes:
        (kind, time), *given = event.items()
        declared = WORDS.event_type(kind)
        attributes = {one.name: one.kind for one in declared.attributes}
        fields: dict[str, Any] = {"event_id": f"{self.region}/{number}", "attributes": {}}
        for name, value in _spread(given):
            if name in attributes:
                text = attributes[name] in (Kind.TEXT, Kind.DATE)
                fields["attributes"][name] = str(value) if text else value
            else:
                assert name in EVENT_FIELDS, f"{self.name}: {kind} has no column and no attribute {name!r}"
                fields[name] = f"{self.region}/{value}" if name in (*REFERENCES, "event_id") else value
        for name in declared.requires:
            fields.setdefault(name, f"{self.region}/{number}" if name in REFERENCES else _FILLED.get(name, "x"))
        if "amount" in fields:
            fields.setdefault("currency", "CNY")
        fields["region"] = f"{self.region}-{fields['region']}" if "region" in fields else self.region
        return happened(kind, moment(str(time)), **fields)

    def query(self, name: str) -> IndicatorQuery:
        """Return the question for one indicator."""
        asked: dict[str, Any] = {"since": date(2026, 11, 1), "until": date(2026, 11, 30), "grain": "total", "by": [], "where": {}}
        given = self.told.get("ask") or {}
        assert given.keys() <= asked.keys(), f"{self.name}: ask knows {', '.join(asked)}"
        asked |= given
        where = {"region": self.region, **asked["where"]}
        return IndicatorQuery((name,), asked["since"], asked["until"], Grain(asked["grain"]), tuple(asked["by"]), where)


def _spread(given: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    for name, value in given:
        yield from [("period_start", value), ("period_end", value)] if name == "period" else [(name, value)]


def moment(text: str) -> str:
    """Return a time of a case as RFC 3339."""
    if text.endswith("Z") or "+" in text:
        return text
    dated = text if text[:2] == "20" else f"2026-{text}"
    return f"{dated.replace(' ', 'T')}{':00' if dated.count(':') == 1 else ''}{OFFSET}"


def _cases() -> list[Case]:
    found: list[Case] = []
    for path in sorted(FOLDER.glob("*.yaml")):
        for told in yaml.safe_load(path.read_text(encoding="utf-8")) or ():
            assert told.keys() <= KEYS, f"{path.name}: {told.get('title')}: unknown {', '.join(told.keys() - KEYS)}"
            found.append(Case(path.stem, f"C-{len(found):03}", told))
    return found


CASES = _cases()
ASKED = [pytest.param(case, name, id=f"{case.name}: {name}") for case in CASES for name in case.told["expect"]]


@cache
def registry() -> Registry:
    return Registry([one for area, path in indicator_files() for one in load_indicators(path, WORDS, ZONE, area)])


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IndicatorEngine]:
    with opened(tmp_path_factory.mktemp("cases"), vocabulary=WORDS) as rig:
        rig.seconds = count(int((NOW - MORNING).total_seconds()))  # what happens in November comes in afterwards
        for key in ("events", "later"):
            records = [(case.name, record) for case in CASES for record in case.records(key)]
            receipt = rig.load(*(record for _, record in records))
            assert not [(records[one.position][0], one.problem) for one in receipt.refusals]
            OpenStepsKeeper(rig.warehouse, rig.database, WORDS).catch_up()
        yield IndicatorEngine(rig.warehouse, WORDS, registry(), ZONE)


def _expected(said: object) -> Amount:
    if not isinstance(said, str):
        return Amount(said if isinstance(said, (int, float)) else None)
    part, whole = (float(one) for one in said.split("/"))
    return Amount(part / whole if whole else None, part, whole)


def _same(found: Amount, expected: Amount) -> bool:
    pairs = [(found.value, expected.value)]
    if expected.whole is not None:
        pairs += [(found.part, expected.part), (found.whole, expected.whole)]
    return all(one is other if one is None or other is None else one == pytest.approx(other) for one, other in pairs)


@pytest.mark.parametrize(("case", "name"), ASKED)
def test_an_indicator_says_what_its_case_expects(engine: IndicatorEngine, case: Case, name: str) -> None:
    query, said = case.query(name), case.told["expect"][name]
    table = engine.answer(query, EVERYTHING, NOW)
    found = {" ".join(one for one in (row.bucket, *row.values) if one): row.amounts[name] for row in table.rows}
    if not isinstance(said, Mapping):
        said = {"": said}
    wrong = {}
    for place in {*found, *map(str, said)}:
        amount = found.get(place, Amount(None))
        texts = {str(key): value for key, value in said.items()}
        right = _same(amount, _expected(texts[place])) if place in texts else not amount.value
        if not right:
            wrong[place] = (amount, texts.get(place))
    assert not wrong, f"{wrong}\n" + "\n".join(table.statements)


def test_behind_stays_stand_their_cases(engine: IndicatorEngine) -> None:
    case = next(case for case in CASES if "order_timely_rate" in case.told["expect"])
    found = {}
    for side in (Side.PART, Side.WHOLE, Side.REST):
        query = RowsQuery("order_timely_rate", date(2026, 11, 1), date(2026, 11, 30), {"region": case.region}, side)
        ids, total = case_ids(engine, drill(engine, query, EVERYTHING, NOW), 10)
        assert total == len(ids)
        found[side] = sorted(one.rpartition("/")[2] for one in ids)
    assert found == {Side.PART: ["o1"], Side.WHOLE: ["o1", "o2"], Side.REST: ["o1", "o2"]}


def test_every_indicator_has_cases() -> None:
    cases = Counter(name for case in CASES for name in case.told["expect"])
    few = {name: cases[name] for name in registry() if cases[name] < LEAST_CASES}
    assert not few, f"at least {LEAST_CASES} cases in {FOLDER.name}/<area>.yaml are needed; there are: {few}"


def test_titles_tell_cases_apart() -> None:
    twice = [name for name, times in Counter(case.name for case in CASES).items() if times > 1]
    assert not twice
