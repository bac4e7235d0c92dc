"""Pages that say what went wrong and what helps."""

from __future__ import annotations

from dataclasses import dataclass

from tongguan.model.access import PERMISSIONS, Permission, Role


@dataclass(frozen=True)
class ErrorPage:
    """Context of ``error.html``.

    Attributes:
        cause: ``missing`` (404), ``permission`` or ``form`` (403), ``method`` (405), ``fault`` (500).
        permission: what was not allowed.
        regions: which regions the user sees, where the role would allow it but it cannot be done for some regions alone; else empty.
    """

    status: int
    cause: str
    permission: Permission | None
    request_id: str
    regions: str = ""

    def roles(self) -> list[Role]:
        """Return the roles that are allowed."""
        return [role for role, allowed in PERMISSIONS.items() if self.permission in allowed]
