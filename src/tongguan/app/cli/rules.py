"""``tongguan rules``: time limits, working calendars and reference processes; out as YAML, and in again."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.table import Table

from tongguan.app.cli import WRONG_USE
from tongguan.app.cli.context import Commands, JsonOption, commands, rows_table, told
from tongguan.lib.yaml_nodes import YamlFileError, composed

_CONDITIONS: Final = ("business_class", "channel", "region", "tier")


def add_to(app: typer.Typer) -> None:
    """Hang the commands in."""
    group = typer.Typer(help="Time limits of steps, working calendars and reference processes.", no_args_is_help=True)
    group.command("show")(show)
    group.command("versions")(versions)
    group.command("export")(export)
    group.command("import")(import_rules)
    app.add_typer(group, name="rules")


VersionOption = Annotated[int | None, typer.Option("--version", help="This version instead of the one in force.")]


def show(
    ctx: typer.Context,
    kind: Annotated[str, typer.Option(help="Only rules of this case kind, such as order.")] = "",
    version: VersionOption = None,
    json: JsonOption = False,
) -> None:
    """Show the time limits."""
    found = commands(ctx)
    with told(found):
        answer = _asked(found, version)
        found.show(answer, lambda: _table(found, answer, kind), json)


def versions(ctx: typer.Context, json: JsonOption = False) -> None:
    """Show all versions."""
    found = commands(ctx)
    with told(found):
        answer = found.api.call("GET", "/api/v1/rules/versions")["versions"]
        names = ["version", "valid from", "author", "rules", "calendars", "processes", "note"]
        rows = [[one[name] if name != "valid from" else found.moment(one["valid_from"]) for name in names] for one in answer]
        found.show(answer, lambda: rows_table(f"{len(rows)} versions", names, rows, right=("version", "rules")), json)


def export(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Where to; standard output without it.", dir_okay=False)] = None,
    version: VersionOption = None,
) -> None:
    """Write rules, calendars and processes as one YAML document."""
    import yaml

    found = commands(ctx)
    with told(found):
        document = _asked(found, version)["document"]
        text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=140)
        if file is None:
            sys.stdout.buffer.write(text.encode())
            sys.stdout.buffer.flush()
            return
        file.write_text(text, encoding="utf-8")
        found.say(f"wrote {file}")


def import_rules(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="YAML as `rules export` writes it.", exists=True, dir_okay=False, readable=True)
    ],
    note: Annotated[str, typer.Option(help="Why the rules change; it stays with the version.")],
    expected: Annotated[
        int | None, typer.Option("--expected-version", help="Refuse where another version is in force; without it, whichever is.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Publish a YAML document as the next version. What is open is planned anew by it."""
    found = commands(ctx)
    document = _read(found, file)
    with told(found):
        version = expected if expected is not None else _asked(found, None)["version"]
        body = {"expected_version": version, "note": note, "document": document}
        answer = found.api.call("PUT", "/api/v1/rules", json=body)
        found.show(answer, lambda: f"Published version {answer['version']}: {len(answer['document']['rules'])} rules.", json)


def _asked(found: Commands, version: int | None) -> dict[str, Any]:
    answer: dict[str, Any] = found.api.call("GET", "/api/v1/rules", params={} if version is None else {"version": str(version)})
    return answer


def _read(found: Commands, file: Path) -> Mapping[str, Any]:
    import yaml

    try:
        text, _ = composed(file, YamlFileError)
        document = yaml.safe_load(text)
    except (ValueError, yaml.YAMLError) as error:
        # A date such as 2026-02-30 is YAML, and only fails when it is made one.
        found.say(str(error) if isinstance(error, YamlFileError) else f"{file}: {error}")
        raise typer.Exit(WRONG_USE) from error
    if not isinstance(document, dict):
        found.say(f"{file} is no document of rules: it must have the sections rules, calendars and processes")
        raise typer.Exit(WRONG_USE)
    return {str(key): value for key, value in document.items()}


def _table(found: Commands, answer: dict[str, Any], kind: str) -> Table:
    names = ["kind", "step", "holds for", "warning", "late", "calendar", "silent"]
    rows = [
        [
            rule["kind"],
            rule["step"],
            ", ".join(rule[name] for name in _CONDITIONS if name in rule) or "all",
            rule["warning"],
            f"{rule['late']} or as promised" if rule.get("promised") else rule["late"],
            rule.get("calendar", "all day"),
            rule.get("silent"),
        ]
        for rule in answer["document"]["rules"]
        if kind in ("", rule["kind"])
    ]
    since = found.moment(answer["valid_from"])
    return rows_table(f"version {answer['version']} since {since}: {len(rows)} rules", names, rows, right=("warning", "late"))
