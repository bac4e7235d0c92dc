"""Why a mapping or its input files cannot be used, and why one row cannot be mapped."""

from __future__ import annotations

from tongguan.lib.yaml_nodes import YamlFileError
from tongguan.model.reasons import Problem, Quarantine

SHOWN = 80
"""Characters of an offending value that are shown."""


class MappingError(YamlFileError):
    """The mapping file is wrong."""


class InputError(ValueError):
    """The files given do not fit the mapping's roles; the text names files, roles and patterns."""


class RowError(Exception):
    """One row cannot be mapped.

    Attributes:
        problem: why.
    """

    def __init__(self, reason: Quarantine, field: str, value: str, message: str, valid: str = "") -> None:
        super().__init__(message)
        shown = value if len(value) <= SHOWN else value[:SHOWN] + "…"
        self.problem = Problem(reason, field, shown, message, valid)
