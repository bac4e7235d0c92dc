"""Pages point at what exists, and both languages say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.tree import files, name
from tests.tools import ROOT

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
DECISION = re.compile(r"^\d{4}(-[a-z0-9]+)+\.md$")


def headings(text: str) -> list[str]:
    """Return the lines that are headings, code left out."""
    return re.findall(r"^#+ .+$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)


def anchor(heading: str) -> str:
    """Return the part after ``#`` by which a heading is linked."""
    return re.sub(r"[^\w\- ]", "", heading.lstrip("#").strip().lower()).replace(" ", "-")


def broken_links(page: Path) -> list[str]:
    """Return the links of a page that lead to no file or heading of the repository; other sites are not asked."""
    text = page.read_text(encoding="utf-8")
    broken = []
    for link in LINK.findall(CODE.sub("", text)):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, part = link.partition("#")
        path = (page.parent / target) if target else page
        known = path.suffix != ".md" or not part or not path.exists()
        if not path.exists() or not (known or part in map(anchor, headings(path.read_text(encoding="utf-8")))):
            broken.append(f"{page.name}: {link}")
    return broken


def test_links_lead_somewhere() -> None:
    pages = files(".md")
    assert len(pages) > 5
    assert [f"{name(page)}: {link}" for page in pages for link in broken_links(page)] == []


def test_broken_links_are_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One thing\n[a](page.md) [b](#one-thing) [c](gone.md) [d](#gone) [e](https://example.com) `[f](x)`\n")
    assert broken_links(page) == ["page.md: gone.md", "page.md: #gone"]


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_commands_of_the_readme_are_make_targets(readme: str) -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z0-9-]+)", (ROOT / readme).read_text(encoding="utf-8")))
    assert {"demo", "test"} <= named
    assert named <= targets


def test_both_readmes_have_the_same_parts() -> None:
    english = headings((ROOT / "README.md").read_text(encoding="utf-8"))
    chinese = headings((ROOT / "README.zh-CN.md").read_text(encoding="utf-8"))
    assert [line.split()[0] for line in english] == [line.split()[0] for line in chinese]


def test_decisions_are_numbered_and_listed() -> None:
    pages = [page for page in files(".md", under="docs/decisions") if page.name != "README.md"]
    index = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    assert pages
    assert [page.name for page in pages if not DECISION.match(page.name)] == []
    assert len({page.name[:4] for page in pages}) == len(pages)
    assert [page.name for page in pages if f"({page.name})" not in index] == []
