"""States of cases as data: tests/cases/case_states.yaml."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.fixtures.rig import Rig
from tests.fixtures.trade import happened, opened
from tests.tools import ROOT
from tongguan.warehouse.case_states import quoted, states_sql

CASES: list[dict[str, Any]] = yaml.safe_load((ROOT / "tests" / "cases" / "case_states.yaml").read_text(encoding="utf-8"))
WAYS = ("given", "backwards", "torn")
"""How the events of every case come: in one block as written, in one block backwards, over three blocks in any order."""

_NAMED = {"due": "due_time", "first": "first_time", "last": "last_time", "events": "n"}


def instant(text: str) -> str:
    day, _, clock = text.rpartition(" ")
    return f"2026-11-{day or 20}T{clock}:00+00:00"


def records(case: dict[str, Any], case_id: str) -> list[bytes]:
    kind = case.get("kind", "order")
    found = []
    for number, given in enumerate(case["events"]):
        fields = dict(given)
        at = instant(fields.pop("at"))
        name = str(fields["type"])
        fields |= {f"{key}_id": f"{case_id}-{fields.pop(key)}" for key in ("payment", "order") if key in fields}
        fields["event_id"] = f"{case_id}-{fields.pop('id', number)}"
        fields[f"{kind}_id"] = case_id
        if "due" in fields:
            fields["due_time"] = instant(fields.pop("due"))
        if name.startswith("payment."):
            fields.setdefault("payment_id", f"{case_id}-p")
        if name.startswith("package."):
            fields.setdefault("package_id", f"{case_id}-k")
        found.append(happened(fields.pop("type"), at, **fields))
    return found


def case_id(number: int, way: str) -> str:
    return f"{way}-{number}"


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, Any]]]:
    with opened(tmp_path_factory.mktemp("states")) as rig:
        blocks: dict[str, list[bytes]] = {"given": [], "backwards": [], "torn 0": [], "torn 1": [], "torn 2": []}
        shuffled = random.Random(7)
        for number, case in enumerate(CASES):
            blocks["given"] += records(case, case_id(number, "given"))
            blocks["backwards"] += reversed(records(case, case_id(number, "backwards")))
            torn = records(case, case_id(number, "torn"))
            shuffled.shuffle(torn)
            for place, record in enumerate(torn):
                blocks[f"torn {place % 3}"].append(record)
        for block in blocks.values():
            receipt = rig.load(*block)
            assert receipt.refusals == ()
        yield {row["case_id"]: row for row in _all(rig)}


def _all(rig: Rig) -> Iterator[dict[str, Any]]:
    for kind in ("order", "payment", "package", "ticket"):
        sql = f"SELECT *, length(entries) AS n FROM ({states_sql(rig.vocabulary.case_kind(kind))})"
        yield from ({"kind": kind, **row} for row in rig.warehouse.query(sql).dicts() if row["case_id"].partition("-")[0] in WAYS)


def shown(row: dict[str, Any], name: str) -> Any:
    value = row[_NAMED.get(name, name)]
    if name == "open":
        return bool(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("number", range(len(CASES)), ids=[case["title"] for case in CASES])
def test_state(states: dict[str, dict[str, Any]], number: int, way: str) -> None:
    case = CASES[number]
    row = states[case_id(number, way)]
    expected = {
        name: instant(value) if value and name in ("step_time", "first", "last", "due") else value for name, value in case["expect"].items()
    }
    assert row["kind"] == case.get("kind", "order")
    assert {name: shown(row, name) for name in expected} == expected


def test_there_are_enough_cases_and_each_says_something() -> None:
    assert len(CASES) >= 25
    assert len({case["title"] for case in CASES}) == len(CASES)
    assert all(case["events"] and case["expect"] for case in CASES)


@pytest.mark.parametrize(("names", "text"), [(["a", "b"], "'a', 'b'"), (["o'k"], "'o\\'k'"), (["b\\"], "'b\\\\'"), ([], "")])
def test_names_of_the_vocabulary_as_literals(names: list[str], text: str) -> None:
    assert quoted(names) == text
