"""What pages load stays small: intranets of branch offices are slow."""

from __future__ import annotations

import gzip
import re

import pytest

from tests.web.operation import make_operation
from tests.web.pages import PAGES
from tests.web.visitor import Visitor
from tongguan.model.access import Role
from tongguan.web.kit.site import STATIC

MOST = 600_000
"""Bytes of scripts and styles, packed, that one page may load."""


@pytest.fixture(scope="module")
def visitor() -> Visitor:
    return Visitor.as_role(make_operation(), Role.ADMIN)


@pytest.mark.parametrize("name", [name for name in PAGES if name not in ("signin", "missing")])
def test_scripts_and_styles_of_a_page_weigh_little(visitor: Visitor, name: str) -> None:
    page = visitor.get(PAGES[name]).text
    files = re.findall(r'(?:src|href)="/static/([^"?]+\.(?:js|css))\?v=', page)
    assert len(files) == len(set(files)) >= 6
    weight = sum(len(gzip.compress((STATIC / file).read_bytes())) for file in files)
    assert weight <= MOST, {file: len(gzip.compress((STATIC / file).read_bytes())) for file in files}
