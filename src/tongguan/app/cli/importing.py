"""``tongguan import``: files through a mapping into ingest, with progress, restartable, adding nothing twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tongguan.app.cli import DONE, WITH_QUARANTINE
from tongguan.app.cli.context import Commands, JsonOption, commands, rows_table, told

if TYPE_CHECKING:
    from tongguan.ingest.mapping.rules import Mapping

_SHOWN = 20


def add_to(app: typer.Typer) -> None:
    """Hang the command in."""
    app.command("import")(import_files)


def import_files(
    ctx: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders with files.", exists=True)],
    mapping: Annotated[Path, typer.Option(help="How rows become events (YAML); see docs/guides/import.md.", exists=True, dir_okay=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and map everything, take nothing.")] = False,
    json: JsonOption = False,
) -> None:
    """Import files. The same files a second time add nothing; an interrupted import goes on when called again."""
    found = commands(ctx)
    from tongguan.areas.packs import build_vocabulary
    from tongguan.ingest.mapping.load import load_mapping

    with told(found):
        loaded = load_mapping(mapping, build_vocabulary())
        code = _try(found, loaded, paths, json) if dry_run else _import(found, loaded, mapping, paths, json)
    raise typer.Exit(code)


def _try(found: Commands, mapping: Mapping, paths: list[Path], json: bool) -> int:
    from tongguan.ingest.mapping.dry_run import dry_run

    result = dry_run(mapping, paths)
    rows = [[f"rows of {role}", count] for role, count in result.rows.items()]
    rows += [[f"events {name}", count] for name, count in sorted(result.events.items())]
    rows += [[f"set aside: {reason}", count] for reason, count in result.bad.items()]
    rows += [[f"  {one.file} row {one.row}", one.problem.message] for samples in result.samples.values() for one in samples]
    rows += [[f"columns of {role} not taken", ", ".join(names) or "none"] for role, names in result.unused.items()]
    rows += [["earliest", result.first], ["latest", result.last]]
    found.show(result, lambda: rows_table("Dry run: nothing was taken", ["what", "value"], rows), json)
    return WITH_QUARANTINE if result.bad else DONE


def _import(found: Commands, mapping: Mapping, mapping_path: Path, paths: list[Path], json: bool) -> int:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from tongguan.ingest.mapping.run import Progress as RowProgress
    from tongguan.ingest.mapping.run import deliveries

    found.api.keep_mapping(mapping.name, mapping_path)
    before = _totals(found, mapping.source)
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    samples: list[dict[str, Any]] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=found.err, transient=True) as bar:
        task = bar.add_task("reading", total=None)

        last: list[RowProgress] = []

        def on_progress(progress: RowProgress) -> None:
            last[:] = [progress]
            bar.update(task, completed=progress.rows, description=f"{progress.file}: rows")

        for delivery in deliveries(mapping, paths, on_progress=on_progress):
            receipt = found.api.deliver(delivery)
            counts["repeated"] += receipt.received if receipt.repeated else 0
            counts["received"] += 0 if receipt.repeated else receipt.received
            counts["quarantined"] += 0 if receipt.repeated else receipt.quarantined
            if not receipt.repeated:
                for refusal in receipt.refusals:
                    reasons[refusal.problem.reason.value] += 1
                    if len(samples) < _SHOWN:
                        samples.append({"origin": delivery.origin, **_sample(refusal.problem)})
        bar.update(task, description="loading", total=None)
        found.wait_loaded()
    after = _totals(found, mapping.source)
    answer = {
        "source": mapping.source,
        "received": counts["received"],
        "added": after["accepted"] - before["accepted"],
        "duplicate": after["duplicate"] - before["duplicate"],
        "quarantined": after["quarantined"] - before["quarantined"],
        "delivered_before": counts["repeated"],
        "rows": last[0].rows if last else 0,
        "rows_without_events": last[0].without_events if last else 0,
        "joined_rows_without_a_row": dict(last[0].unjoined) if last else {},
        "reasons": dict(reasons),
        "samples": samples,
    }
    found.show(answer, lambda: _table(answer), json)
    return WITH_QUARANTINE if answer["quarantined"] else DONE


def _totals(found: Commands, source: str) -> dict[str, int]:
    for row in found.api.call("GET", "/api/v1/sources"):
        if row["source"] == source:
            return dict(row)
    return {"accepted": 0, "duplicate": 0, "quarantined": 0}


def _sample(problem: Any) -> dict[str, str]:
    return {
        "reason": problem.reason.value,
        "field": problem.field,
        "value": problem.value,
        "message": problem.message,
        "valid": problem.valid,
    }


def _table(answer: dict[str, Any]) -> Any:
    names = ("rows", "rows_without_events", "received", "added", "duplicate", "quarantined", "delivered_before")
    rows = [[name.replace("_", " "), answer[name]] for name in names]
    rows += [[f"rows of {role} that no row asked for", count] for role, count in answer["joined_rows_without_a_row"].items()]
    rows += [[f"{sample['reason']} {sample['origin']}", sample["message"]] for sample in answer["samples"]]
    return rows_table(f"Import into source {answer['source']}", ["what", "records"], rows)
