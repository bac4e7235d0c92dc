"""Files and functions stay small enough to be read in one go."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.house.tree import files, name

SOFT_LINES = 400
HARD_LINES = 700
FUNCTION_LINES = 60

LONG_FILES: dict[str, int] = {}
"""Files over the soft limit → lines they may have. Numbers only go down; an entry that is not needed must go."""

LONG_FUNCTIONS: dict[str, int] = {}
"""``file:function`` over the limit → lines it may have, under the same rule."""

SOURCES = (".py", ".html", ".js", ".css", ".sql")


def line_count(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def function_lengths(text: str) -> dict[str, int]:
    """Return the lines of each function, by dotted name, from ``def`` to its last line, docstring left out."""
    lengths: dict[str, int] = {}

    def walk(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            inner = prefix
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inner = f"{prefix}{child.name}."
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                first = child.body[0]
                documented = ast.get_docstring(child, clean=False) is not None
                text_lines = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
                lengths[inner[:-1]] = (child.end_lineno or 0) - child.lineno + 1 - text_lines
            walk(child, inner)

    walk(ast.parse(text), "")
    return lengths


def over(found: dict[str, int], limit: int, allowed: dict[str, int]) -> list[str]:
    """Return what is too long, and the entries of the allow-list that are not needed any more."""
    limits = {what: max(limit, allowed.get(what, 0)) for what in found}
    wrong = [f"{what}: {lines} lines, {limits[what]} allowed" for what, lines in found.items() if lines > limits[what]]
    wrong += [f"{what}: remove it from the allow-list" for what in allowed if found.get(what, 0) <= limit]
    wrong += [f"{what}: lower its entry to {found[what]}" for what in allowed if limit < found.get(what, 0) < allowed[what]]
    return sorted(wrong)


def test_files_are_short() -> None:
    found = {name(path): line_count(path) for path in files(*SOURCES)}
    assert found, "no source files were found"
    assert over(found, SOFT_LINES, LONG_FILES) == []
    assert [what for what, lines in found.items() if lines > HARD_LINES] == []


def test_functions_are_short() -> None:
    found = {
        f"{name(path)}:{function}": lines
        for path in files(".py")
        for function, lines in function_lengths(path.read_text(encoding="utf-8")).items()
    }
    assert found, "no functions were found"
    assert over(found, FUNCTION_LINES, LONG_FUNCTIONS) == []


def test_function_lengths_leave_docstrings_out() -> None:
    text = 'class A:\n    def b(self):\n        """One\n        two."""\n        def c():\n            return 1\n        return c\n'
    assert function_lengths(text) == {"A.b": 4, "A.b.c": 2}


def test_allow_list_only_shrinks() -> None:
    assert over({"a": 500, "b": 10, "c": 401, "d": 450}, 400, {"b": 450, "c": 450, "d": 450}) == [
        "a: 500 lines, 400 allowed",
        "b: remove it from the allow-list",
        "c: lower its entry to 401",
    ]
