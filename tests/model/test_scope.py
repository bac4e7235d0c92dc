"""What a scope lets a user see and do."""

from __future__ import annotations

import pytest

from tongguan.model.access import PERMISSIONS, UNDIVIDED, Level, Permission, Role, Scope, User


def _user(role: Role, *regions: str) -> User:
    scope = Scope(Level.CITY, regions=frozenset(regions)) if regions else Scope()
    return User("u", "u", "u", role, scope)


@pytest.mark.parametrize("role", list(Role))
def test_nobody_with_a_region_does_what_cannot_be_divided(role: Role) -> None:
    part, whole = _user(role, "GX-NN"), _user(role)
    for permission in Permission:
        assert whole.may(permission) == (permission in PERMISSIONS[role])
        assert part.may(permission) == (permission in PERMISSIONS[role] and permission not in UNDIVIDED)


def test_a_region_covers_what_lies_below_it() -> None:
    scope = Scope(Level.CITY, regions=frozenset({"GX-NN"}))
    assert scope.sees_region("GX-NN")
    assert scope.sees_region("GX-NN-01")
    assert not scope.sees_region("GX-NNX")
    assert not scope.sees_region("GX")
    assert not scope.sees_region("")


def test_a_city_must_name_its_regions() -> None:
    with pytest.raises(ValueError, match="must name its regions"):
        Scope(Level.CITY)
