"""What the package imports is what it asks for."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

from tests.house.tree import files
from tests.tools import ROOT

COMES_WITH = {"starlette": "fastapi"}
"""Distributions that are part of another one's interface, so that its bound is theirs."""


def imported(text: str) -> set[str]:
    """Return the top-level names that a module imports, relative imports left out."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def plain(name: str) -> str:
    """Return a distribution's name without extras, bounds and differences of spelling."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=;! ]", name, maxsplit=1)[0]).lower()


def declared() -> set[str]:
    """Return the distributions that pyproject.toml asks for at run time, the extra for PostgreSQL included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {plain(name) for name in [*project["dependencies"], *project["optional-dependencies"]["postgres"]]}


def test_every_import_is_declared() -> None:
    outside = set[str]().union(*(imported(path.read_text(encoding="utf-8")) for path in files(".py", under="src")))
    outside -= {*sys.stdlib_module_names, "tongguan"}
    providers = packages_distributions()
    wanted = declared()
    found = {name: {plain(COMES_WITH.get(plain(given), given)) for given in providers.get(name, [])} for name in sorted(outside)}
    assert [name for name, distributions in found.items() if not distributions & wanted] == []


def test_imports_are_read() -> None:
    text = "import a.b, c\nfrom d.e import f\nfrom . import g\ndef h() -> None:\n    import i\n"
    assert imported(text) == {"a", "c", "d", "i"}
    assert plain("PyYAML>=6,<7") == "pyyaml"
    assert plain("psycopg[binary]>=3") == "psycopg"
