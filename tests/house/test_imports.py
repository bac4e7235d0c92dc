"""Imports go downward only."""

from __future__ import annotations

import re
import subprocess
import sys

import grimp
import pytest

from tests.tools import ROOT

SHARED_BETWEEN_AREAS = {"events", "codes"}
"""The modules of an area that other areas may import."""

ASSEMBLERS = re.compile(r"^tongguan\.areas(\.(packs|reference|flow))?$")
"""The modules whose work is to name all areas."""

WORDS_OF_ALL = "tongguan.areas.declaring"
"""How every area writes its declarations; it knows none of them."""


def forbidden_between_areas(graph: grimp.ImportGraph) -> list[str]:
    """Return ``importer -> imported`` for each import from one area's inside into another's."""
    wrong = []
    for importer in sorted(graph.modules):
        if not importer.startswith("tongguan.areas.") or ASSEMBLERS.match(importer):
            continue
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            parts = imported.split(".")
            if parts[:2] != ["tongguan", "areas"] or len(parts) < 3 or parts[2] == importer.split(".")[2]:
                continue
            if imported != WORDS_OF_ALL and (len(parts) != 4 or parts[3] not in SHARED_BETWEEN_AREAS):
                wrong.append(f"{importer} -> {imported}")
    return wrong


def test_layers_are_kept() -> None:
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", program, "--no-logo", "--no-cache"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_areas_meet_in_events_and_codes_only() -> None:
    graph = grimp.build_graph("tongguan", cache_dir=None)
    assert forbidden_between_areas(graph) == []


@pytest.mark.parametrize(
    ("importer", "imported", "allowed"),
    [
        ("tongguan.areas.orders.pages", "tongguan.areas.payments.events", True),
        ("tongguan.areas.orders.pages", "tongguan.areas.payments.codes", True),
        ("tongguan.areas.orders.pages", "tongguan.areas.orders.kpis", True),
        ("tongguan.areas.packs", "tongguan.areas.orders.kpis", True),
        ("tongguan.areas.orders.events", "tongguan.areas.declaring", True),
        ("tongguan.areas.declaring", "tongguan.areas.orders.kpis", False),
        ("tongguan.areas.orders.pages", "tongguan.areas.payments.kpis", False),
        ("tongguan.areas.orders", "tongguan.areas.payments", False),
        ("tongguan.areas.orders.events", "tongguan.areas.payments.pages.events", False),
    ],
)
def test_rule_between_areas(importer: str, imported: str, allowed: bool) -> None:
    graph = grimp.ImportGraph()
    graph.add_import(importer=importer, imported=imported)
    assert (forbidden_between_areas(graph) == []) is allowed
