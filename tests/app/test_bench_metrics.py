"""The bench of indicators measures what it says; how fast is never tested."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tongguan.app.bench.metrics import TARGETS, _processor, judged, machine
from tongguan.app.bench.metrics_asked import spread
from tongguan.app.cli.program import build

SMALL = ("--orders-per-day", "8", "--questions", "2", "--json")


def bench(*given: str) -> Result:
    return CliRunner().invoke(build(), ["bench", "metrics", *given])


def measured(*given: str) -> dict[str, Any]:
    answer = bench(*given, *SMALL)
    assert answer.exit_code == 0, answer.output
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def test_a_home_is_made_asked_kept_and_grows(tmp_path: Path) -> None:
    keep = ("--keep", str(tmp_path / "deep" / "home"))
    first = measured("--events", "1000", *keep)
    figures = first["figures"]
    assert {name: one["n"] for name, one in figures.items() if "n" in one} == {
        **dict.fromkeys(("additive", "distinct", "conversion", "ratio"), 2),
        "compile": figures["compile"]["of"],
    }
    assert figures["additive"]["of"] > 10 and figures["conversion"]["of"] > 5 and figures["distinct"]["slowest"] == "visitors"
    for one in (*(figures[name] for name in ("additive", "distinct", "conversion", "ratio", "compile")), *pair(figures)):
        assert 0 < one["p50_ms"] <= one["p95_ms"] <= one["max_ms"]
    assert 0 < figures["additive"]["engine_p50_ms"] < figures["additive"]["p50_ms"]
    assert [one["met"] for one in first["targets"]] == [one["reached"] <= one["most"] for one in first["targets"]]
    assert first["asked"] == {"days": 30, "by": ["day", "channel"], "questions": 2, "seed": 1, "spread": "deeper"}
    size = first["size"]
    assert size["events"] > 1000 and size["cases"] > 0 and size["days"] > 1

    again = measured("--events", "1000", *keep)
    assert again["size"] == {**size, "bytes": again["size"]["bytes"]}
    more = measured("--events", str(3 * size["events"]), *keep)
    assert more["size"]["events"] > 2 * size["events"] and more["size"]["days"] > 2 * size["days"]

    for given, told in (
        (("--events", "1000"), "the home has"),
        (("--events", "9000", "--seed", "2"), "made with seed 1, not 2; valid: an empty folder"),
    ):
        refused = bench(*given, *keep, *SMALL)
        assert refused.exit_code == 1 and told in " ".join(refused.output.split())


def pair(figures: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    found = figures["rolling"]
    assert found["ratio_of_p50"] == pytest.approx(found["rolling"]["p50_ms"] / found["daily"]["p50_ms"], abs=0.01)
    return found["daily"], found["rolling"]


def test_a_target_is_met_up_to_its_figure() -> None:
    figures: dict[str, dict[str, float]] = {}
    for place, (_, what, name, most) in enumerate(TARGETS):
        figures.setdefault(what, {})[name] = most if place % 2 else most + 0.001
    found = judged(figures)
    assert [one["met"] for one in found] == [place % 2 == 1 for place in range(len(TARGETS))]
    assert [one["most"] for one in found] == [150, 1000, 3, 3, 5]


def test_times_are_told_in_milliseconds() -> None:
    assert spread([0.004, 0.001, 0.002]) == {"n": 3, "p50_ms": 2.0, "p95_ms": 4.0, "max_ms": 4.0}


def test_the_machine_is_told(tmp_path: Path) -> None:
    found = machine()
    assert found["cores"] >= 1 and found["memory_bytes"] > 1024**3 and found["python"].startswith("3.")
    file = tmp_path / "cpuinfo"
    file.write_text("processor\t: 0\nmodel name\t: Loom 4000: fast\n", encoding="utf-8")
    assert _processor(file) == "Loom 4000: fast"
    assert _processor(tmp_path / "none") != ""


def test_an_unknown_spread_is_refused() -> None:
    answer = bench("--spread", "wider")
    assert answer.exit_code == 2
    assert "deeper, denser" in answer.output
