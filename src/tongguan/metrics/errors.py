"""Why an indicator cannot be used or asked for."""

from __future__ import annotations

from tongguan.lib.yaml_nodes import YamlFileError


class IndicatorError(YamlFileError):
    """A file of indicators is wrong."""


class ExpressionError(ValueError):
    """An expression says what is not allowed, or names what is not there; the text tells which and what would be valid."""


class QuestionError(ValueError):
    """Indicators cannot be asked for in this way; the text names the indicator and what would be valid. A retry does not help."""


class RegistryError(ValueError):
    """Indicators contradict each other; the text lists every mistake as ``file:line: message``."""


class UnknownIndicatorError(KeyError):
    """There is no such indicator, or the scope does not see it; the text names the nearest."""
