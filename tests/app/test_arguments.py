"""Where ``--home`` may stand."""

from __future__ import annotations

import pytest

from tongguan.app.cli import home_first


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["orders", "--home", "h", "--json"], ["--home", "h", "orders", "--json"]),
        (["orders", "--home=h"], ["--home=h", "orders"]),
        (["--home", "h", "orders"], ["--home", "h", "orders"]),
        (["orders", "--home"], ["orders", "--home"]),
        (["orders", "--", "--home", "h"], ["orders", "--", "--home", "h"]),
        ([], []),
    ],
)
def test_home_stands_anywhere_before_two_dashes(given: list[str], expected: list[str]) -> None:
    assert home_first(given) == expected
