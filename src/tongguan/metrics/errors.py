"""Why an indicator cannot be used or asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tongguan.lib.yaml_nodes import Issue


class IndicatorError(ValueError):
    """A file of indicators is wrong; the text lists every mistake as ``file:line: message``.

    Attributes:
        issues: all of them, in file order.
    """

    def __init__(self, path: Path | str, issues: Sequence[Issue]) -> None:
        self.issues = tuple(sorted(issues, key=lambda issue: issue.line))
        super().__init__("\n".join(f"{path}:{issue.line}: {issue.message}" for issue in self.issues))


class ExpressionError(ValueError):
    """An expression says what is not allowed, or names what is not there; the text tells which and what would be valid."""


class QuestionError(ValueError):
    """Indicators cannot be asked for in this way; the text names the indicator and what would be valid. A retry does not help."""


class RegistryError(ValueError):
    """Indicators contradict each other; the text lists every mistake as ``file:line: message``."""


class UnknownIndicatorError(KeyError):
    """There is no such indicator, or the scope does not see it; the text names the nearest."""
