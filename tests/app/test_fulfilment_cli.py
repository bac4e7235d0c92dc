"""``tongguan fulfilment``, ``acceptance``, ``quality`` and ``returns``: documents and tables of the application's answers, exit codes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner, Result

from tests.app.handled import handled
from tests.app.serving import NOW, OWNER, Application, application
from tongguan.app.cli import DONE, WRONG_USE, fulfilment, orders, quality, returns
from tongguan.app.cli.context import Commands
from tongguan.app.client import ApiError, LocalApi

DAY = "2026-11-20"


class InProcess(LocalApi):
    """What commands speak to: an application that stays open."""

    def __init__(self, app: Application) -> None:
        self._app = app

    def __exit__(self, *_: object) -> None:
        """Nothing was opened."""

    def call(
        self,
        method: str,
        path: str,
        *,
        json: object | None = None,
        params: Mapping[str, str | Sequence[str]] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Send one request as the owner and return its decoded JSON."""
        assert json is None and content is None and headers is None
        response = self._app.send(method, path.removeprefix("/api/v1"), headers=OWNER, params=params)
        if response.status_code >= 400:
            raise ApiError(response.status_code, response.json())
        return response.json() if response.content else None


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with application(tmp_path_factory.mktemp("commands") / "home") as found:
        found.load(*handled(NOW))
        yield found


def tongguan(app: Application, *arguments: str) -> Result:
    """Run a command line beside the open application."""
    program = typer.Typer()
    for module in (fulfilment, orders, quality, returns):
        module.add_to(program)
    made = Commands(app.installation.home.folder, Console(width=200), Console(stderr=True, width=200), InProcess(app))
    return CliRunner().invoke(program, list(arguments), obj=made, env={"COLUMNS": "200"})


def answer(app: Application, *arguments: str) -> Any:
    """Run a command with ``--json``; return the one document that it printed."""
    result = tongguan(app, *arguments, "--json")
    assert (result.exit_code, result.stderr) == (DONE, ""), result.output
    return json.loads(result.stdout)


def shown(app: Application, *arguments: str) -> str:
    """Run a command for people; return what it showed, as one line."""
    result = tongguan(app, *arguments)
    assert result.exit_code == DONE, result.output
    return " ".join(result.stdout.split())


def test_fulfilment_overall(app: Application) -> None:
    now = answer(app, "fulfilment", "--day", "2026-11-19")
    (manual,) = (part for part in now["parts"] if part["part"]["name"] == "manual")
    assert (manual["steps"][0]["step"], manual["steps"][0]["came"], manual["steps"][0]["standing"]) == ("acceptance_queued", 2, None)
    assert answer(app, "fulfilment", "--region", "P-01")["parts"][1]["steps"][0]["came"] == 2
    text = shown(app, "fulfilment")
    assert f"Fulfilment on {DAY}" in text and "acceptance_queued" in text and "100.0%" in text and "2026-11-19 11:30:00" in text


def test_a_part_and_what_is_open_in_it(app: Application) -> None:
    assert {one["by"] for one in answer(app, "fulfilment", "manual", "--day", DAY)["breakdowns"]} == {"region", "channel", "business_class"}
    text = shown(app, "fulfilment", "manual")
    assert "P-02" in text and "Why work failed" in text and "debt" in text and "allocation" not in text
    page = answer(app, "fulfilment", "manual", "--open", "--lateness", "late", "--step", "acceptance_queued", "--limit", "1")
    assert (len(page["rows"]), page["total"]) == (1, 2)
    text = shown(app, "fulfilment", "manual", "--open", "--region", "P-01")
    assert "1 of 1 that stand open (late 1, on_time 1)" in text and "nobody yet" in text and "far-late" not in text


def test_acceptance(app: Application) -> None:
    assert [len(answer(app, "acceptance", "--days", str(days))["days"]) for days in (1, 30)] == [1, 30]
    text = shown(app, "acceptance", "--days", "2", "--channel", "app")
    assert "4 open now (late 2, warned 0)" in text and "50.0%" in text and "yesterday until now" in text and "Why work failed" in text


def test_quality(app: Application) -> None:
    assert answer(app, "quality", "--day", DAY)["flagged"]["now"] == 2
    assert f"2 of 6 orders of {DAY} are flagged (33.3%); 0 wait for review, 0 of them late" in shown(app, "quality")
    page = answer(app, "quality", "--list", "--day", DAY, "--region", "P-01")
    assert [(row["case_id"], row["rule"]) for row in page["rows"]] == [("flagged", "missing_document")]
    text = shown(app, "quality", "--list", "--rule", "missing_document")
    assert "2 of 2 flags" in text and "incomplete" in text
    assert answer(app, "quality", "--rules")["kind"] == "order"
    assert "duplicate_order" in shown(app, "quality", "--rules")


def test_returns(app: Application) -> None:
    report = answer(app, "returns", "--since", "2026-11-19", "--until", DAY)
    assert report["days"][1] == {"day": DAY, "cancelled": 2, "asked": 2, "ended": 2}
    text = shown(app, "returns", "--since", "2026-11-19")
    assert "2 days" in text and "208.00 CNY" in text and "quality" in text and "return.requested" in text
    assert answer(app, "returns", "--waiting", "--product", "P1", "--region", "P-01")["total"] == 1
    assert "2 of 2 that wait (on_time 2)" in shown(app, "returns", "--waiting", "--reason", "quality")
    assert [one["case_id"] for one in answer(app, "returns", "--ended", "--day", DAY, "--region", "P-02")["rows"]] == ["far-cancelled"]
    assert "order.cancelled" in shown(app, "returns", "--ended")


def test_an_order_with_its_clocks(app: Application) -> None:
    story = answer(app, "orders", "failed")
    assert [clock["step"] for clock in story["clocks"]] == ["acceptance_queued", "acceptance_failed"]
    text = shown(app, "orders", "failed")
    assert "on_time" in text and "on_time, still open" in text and "2026-11-20 13:09:00" in text
    assert "late, still open" in shown(app, "orders", "late")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("fulfilment", "manul"), "did you mean"),
        (("fulfilment", "--day", "today"), "is no date"),
        (("fulfilment", "--day", "2199-01-01"), "2000-01-01 to"),
        (("fulfilment", "--open"), "name one"),
        (("fulfilment", "manual", "--lateness", "late"), "goes with --open only"),
        (("fulfilment", "manual", "--open", "--day", DAY), "does not go with --open"),
        (("fulfilment", "manual", "--open", "--lateness", "lat"), "did you mean"),
        (("acceptance", "--days", "0"), "greater than or equal to 1"),
        (("quality", "--rule", "duplicate_order"), "goes with --list only"),
        (("quality", "--rules", "--list"), "does not go with --rules"),
        (("returns", "--waiting", "--ended"), "either --waiting or --ended"),
        (("returns", "--waiting", "--since", DAY), "does not go with"),
        (("returns", "--lateness", "late"), "goes with --waiting only"),
        (("returns", "--day", DAY), "goes with --ended only"),
        (("returns", "--since", DAY, "--until", "2026-11-19"), "is no period"),
    ],
)
def test_wrong_use_is_told(app: Application, arguments: tuple[str, ...], says: str) -> None:
    result = tongguan(app, *arguments)
    assert result.exit_code == WRONG_USE and says in result.output and result.stdout == ""
