"""Who may do what: roles, permissions, and the part of the operation that a user is responsible for.

Responsibility is level × stage × region. Users see and act within their own; a province sees all its cities.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a user's work is."""

    ADMIN = "admin"
    MANAGER = "manager"
    ANALYST = "analyst"
    DISPATCHER = "dispatcher"
    STAGE_OWNER = "stage_owner"
    AUDITOR = "auditor"
    SERVICE_AGENT = "service_agent"


class Permission(StrEnum):
    """What can be allowed."""

    SEE_PANORAMA = "see_panorama"
    SEE_ORDERS = "see_orders"
    SEE_DATA = "see_data"
    REPLAY_QUARANTINE = "replay_quarantine"
    SEE_PERSONAL = "see_personal"
    EXPORT = "export"
    COMPARE_REGIONS = "compare_regions"
    """See what indicators are in regions outside the own scope, as :mod:`tongguan.model.published` tells it."""
    WORK_ON_TASKS = "work_on_tasks"
    MANAGE_TASKS = "manage_tasks"
    """Transfer tasks that others have, and urge."""
    EDIT_RULES = "edit_rules"
    """Change time limits, working calendars and reference processes."""
    MANAGE_USERS = "manage_users"
    MANAGE_TOKENS = "manage_tokens"
    ERASE_PERSONAL = "erase_personal"


_READER = frozenset({Permission.SEE_PANORAMA, Permission.SEE_ORDERS, Permission.EXPORT})
_LEADER = frozenset({Permission.WORK_ON_TASKS, Permission.MANAGE_TASKS})

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission),
    Role.MANAGER: _READER | {Permission.SEE_DATA, Permission.COMPARE_REGIONS, Permission.MANAGE_TASKS, Permission.EDIT_RULES},
    Role.ANALYST: _READER | {Permission.SEE_DATA, Permission.COMPARE_REGIONS},
    Role.DISPATCHER: _READER | _LEADER | {Permission.SEE_DATA, Permission.REPLAY_QUARANTINE, Permission.SEE_PERSONAL},
    Role.STAGE_OWNER: _READER | _LEADER | {Permission.SEE_PERSONAL, Permission.COMPARE_REGIONS},
    Role.AUDITOR: _READER | {Permission.SEE_DATA},
    Role.SERVICE_AGENT: frozenset({Permission.SEE_PANORAMA, Permission.SEE_ORDERS, Permission.SEE_PERSONAL, Permission.WORK_ON_TASKS}),
}


UNDIVIDED: frozenset[Permission] = frozenset(
    {
        Permission.SEE_DATA,
        Permission.REPLAY_QUARANTINE,
        Permission.EDIT_RULES,
        Permission.MANAGE_USERS,
        Permission.MANAGE_TOKENS,
        Permission.ERASE_PERSONAL,
    }
)
"""What cannot be done for one region alone: the books of sources know no regions, and rules, users and tokens are of the whole operation.
Only those who see every region may."""


class Level(StrEnum):
    """The level of the organisation that a user stands on."""

    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"


@dataclass(frozen=True)
class Scope:
    """The part of the operation that a user sees.

    Attributes:
        level: where in the organisation the user stands.
        stages: names of stages; empty for all.
        regions: region codes, each with everything below it (``GX`` covers ``GX-NN`` and ``GX-NN-01``); empty
            for all, which only the province level may have.
    """

    level: Level = Level.PROVINCE
    stages: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.level is not Level.PROVINCE and not self.regions:
            raise ValueError(f"a scope on level {self.level} must name its regions; only the province level sees all of them")

    def sees_region(self, region: str) -> bool:
        """Tell whether rows of a region are visible; rows without a region only to those who see all."""
        if not self.regions:
            return True
        return any(region == own or region.startswith(own + "-") for own in self.regions)

    def sees_stage(self, stage: str) -> bool:
        """Tell whether a stage is visible."""
        return not self.stages or stage in self.stages


EVERYTHING = Scope()
"""The scope of the command line on the machine itself and of administrators."""


@dataclass(frozen=True)
class User:
    """A signed-in user, as pages and functions see one.

    Attributes:
        id: stable identifier.
        name: sign-in name.
        display_name: shown to others.
        role: what the user's work is.
        scope: what the user is responsible for.
        language: ``zh-CN`` or ``en``.
        theme: ``light`` or ``dark``.
        density: ``normal`` or ``compact``.
        must_change_password: the password was set by somebody else.
    """

    id: str
    name: str
    display_name: str
    role: Role
    scope: Scope
    language: str = "zh-CN"
    theme: str = "light"
    density: str = "normal"
    must_change_password: bool = False

    def may(self, permission: Permission) -> bool:
        """Tell whether the user's role allows something, and the scope as well where it cannot be done for a part."""
        if permission in UNDIVIDED and self.scope.regions:
            return False
        return permission in PERMISSIONS[self.role]
