"""Plan files: what can be said in them, and how those are refused that say something else."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tongguan.simulate.clock import day_of
from tongguan.simulate.days import Province
from tongguan.simulate.faults.plan import Fault, FaultKind, FaultPlan, PlanError, to_json
from tongguan.simulate.faults.plans import demo_plan, drawn_plan
from tongguan.simulate.faults.reading import NEEDS, read_plan
from tongguan.simulate.world import Setting

FIRST = date(2026, 9, 1)
NUMBER = day_of(FIRST)


def told(**changed: Any) -> dict[str, Any]:
    """Return a payment outage with some of it changed; None leaves it out."""
    plain = {
        "id": "one",
        "what": "payment_outage",
        "where": {"payment_channel": "alipay"},
        "from": "2026-09-01T14:00:00+08:00",
        "to": "2026-09-01T16:00:00+08:00",
        "strength": 900_000,
        "zh": "支付宝故障",
        "en": "Alipay fails",
    }
    return {name: value for name, value in {**plain, **changed}.items() if value is not None}


def file(folder: Path, content: object) -> Path:
    path = folder / "plan.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize("plan", [demo_plan(NUMBER, 20), drawn_plan(4, NUMBER, NUMBER + 365)])
def test_every_plan_that_ships_can_be_written_and_read(plan: FaultPlan, tmp_path: Path) -> None:
    content = [to_json(fault) for fault in plan.faults]
    assert read_plan(file(tmp_path, content)).faults == plan.faults
    read = read_plan(file(tmp_path, {"version": 1, "faults": [{**one, "rows_changed": 3} for one in content]}))
    assert read.faults == plan.faults and read.name == "plan"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"what": "payment_outrage"}, "payment_outrage"),
        ({"what": None}, "what"),
        ({"colour": "red"}, "colour"),
        ({"where": {"payment_channel": "alipai"}}, "no payment_channel 'alipai'; did you mean 'alipay'?"),
        ({"where": {}}, "where needs 'payment_channel'; valid: alipay, cash"),
        ({"where": {"payment_chanel": "alipay"}}, "where needs 'payment_channel'"),
        ({"where": {"payment_channel": "alipay", "chanel": "app"}}, "no 'chanel'; valid: payment_channel"),
        ({"what": "acceptance_backlog", "where": {"reason": "interfaces"}}, "did you mean 'interface'?"),
        ({"what": "checkout_broken", "where": {"channel": "wep", "step": "address"}}, "no channel 'wep'; did you mean 'web'?"),
        ({"what": "checkout_broken", "where": {"channel": "web", "step": "adress"}}, "no step 'adress'; did you mean 'address'?"),
        ({"what": "kiosks_offline", "where": {"region": "P-03-22"}}, "no region 'P-03-22'; did you mean 'P-03-02'?"),
        ({"what": "kiosks_offline", "where": {"region": "P-03"}}, "no region 'P-03'"),
        ({"what": "numbers_hoarded", "where": {"region": "P-03", "pool": "premium"}}, "did you mean 'pool-premium'?"),
        ({"what": "statement_breaks", "where": {"payment_channel": "jd", "break": "DATECUT"}}, "did you mean 'DATE_CUT'?"),
        ({"what": "complaint_burst", "where": {"product": "handset-d", "reason": "x"}}, "did you mean 'handset-"),
        ({"what": "complaint_burst", "where": {"product": "handset-a"}}, "where needs 'reason'"),
        ({"what": "courier_delay", "where": {"carrier": "nord"}}, "no carrier 'nord'; did you mean 'north'?"),
        ({"strength": -1}, "strength -1 is in millionths; valid: 0 to 1000000"),
        ({"strength": 1_000_001}, "valid: 0 to 1000000"),
        ({"what": "courier_delay", "where": {}, "strength": 100_000_001}, "valid: 0 to 100000000"),
        ({"strength": 0.5}, "strength"),
        ({"to": "2026-09-01T14:00:00+08:00"}, "not after it begins"),
        ({"to": "2026-08-31T15:00:00+08:00"}, "not after it begins"),
        ({"from": "yesterday"}, "from: 'yesterday' is no time"),
        ({"to": "2026-09-01T16:00:00"}, "to: '2026-09-01T16:00:00' has no zone; write it as 2026-09-01T16:00:00\\+08:00"),
    ],
)
def test_what_no_fault_can_be_is_refused(changed: dict[str, Any], message: str, tmp_path: Path) -> None:
    path = file(tmp_path, [told(**changed)])
    with pytest.raises(PlanError, match=message) as refused:
        read_plan(path)
    assert str(path) in str(refused.value)


@pytest.mark.parametrize("content", ["", "{", "{}", '"demo"', "[1]", '{"faults": 3}'])
def test_what_is_no_plan_is_refused(content: str, tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="a plan is a JSON list of faults"):
        read_plan(file(tmp_path, content))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="No such file"):
        read_plan(tmp_path / "none.json")


def test_names_differ(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="two faults are called 'one'"):
        read_plan(file(tmp_path, [told(), told()]))


@pytest.mark.parametrize("end", [0, -1])
def test_whatever_is_valid_can_be_lived_through(end: int) -> None:
    """The first and the last valid value of each word, with the least and the greatest strength."""
    faults = [
        Fault(
            f"{kind.value}-{end}",
            kind,
            NUMBER * 86_400_000,
            (NUMBER + 2) * 86_400_000,
            needs.strength[end],
            {name: list(valid)[end] if valid else "anything" for name, valid in {**needs.where, **needs.may}.items()},
            "",
            "",
        )
        for kind, needs in NEEDS.items()
    ]
    made = list(Province(Setting(1, FIRST, 20, plan=FaultPlan("all", faults))).stream(2))
    assert sum(len(block) for _, block in made) > 5000


def test_every_kind_of_fault_is_known() -> None:
    assert set(NEEDS) == set(FaultKind)
