"""Days that an address asks for: what is none, or far away, never breaks a page."""

from __future__ import annotations

import re

import pytest

from tests.web.operation import Operation, make_operation
from tests.web.visitor import Visitor
from tongguan.model.access import Role


@pytest.fixture(scope="module")
def operation() -> Operation:
    return make_operation()


@pytest.mark.parametrize("path", ["/returns", "/indicators/sales_amount", "/explore?metric=orders"])
@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("0001-01-01", "", ("2026-10-23", "2026-11-21")),
        ("", "9999-12-31", ("2026-10-23", "2026-11-21")),
        ("2026-02-30", "soon", ("2026-10-23", "2026-11-21")),
        ("2000-01-01", "2026-11-21", ("2016-11-14", "2026-11-21")),
        ("2026-11-20", "2026-11-02", ("2026-11-02", "2026-11-20")),
    ],
)
def test_days_of_an_address(operation: Operation, path: str, since: str, until: str, expected: tuple[str, str]) -> None:
    mark = "&" if "?" in path else "?"
    page = Visitor.as_role(operation, Role.ADMIN, language="en").get(f"{path}{mark}since={since}&until={until}")
    assert page.status_code == 200
    shown = tuple(re.findall(rf'name="{name}"[^>]*value="([^"]*)"', page.text)[0] for name in ("since", "until"))
    assert shown == expected
