"""What the loaders of rules and values need to know of the rest of the mapping."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from yaml.nodes import Node

from tongguan.ingest.mapping.rules import CodeTable, FileRole, Join
from tongguan.ingest.mapping.values import Column
from tongguan.lib.suggest import valid_hint
from tongguan.lib.yaml_nodes import Issues
from tongguan.model.vocabulary import Vocabulary
from tongguan.sources.files import FormatKind


@dataclass
class Context:
    """The parts of a mapping that are read before its rules.

    Attributes:
        issues: where mistakes go.
        vocabulary: event types and codes.
        zone: of times without one.
        currency: of amounts.
        files: roles by name.
        rows: the driving role.
        joins: by role, as far as they are read.
        codes: tables by name.
        formats: of times, where a field names none.
    """

    issues: Issues
    vocabulary: Vocabulary
    zone: str
    currency: str
    files: dict[str, FileRole]
    rows: str
    joins: dict[str, Join] = field(default_factory=dict)
    codes: dict[str, CodeTable] = field(default_factory=dict)
    formats: tuple[str, ...] = ("iso",)

    def column(self, text: str, node: Node, each: str, *, any_row: bool = False) -> Column:
        """Return the column that a text names: ``column`` of the driving row, ``role.column`` of a joined one.

        Args:
            text: as written.
            node: where, for issues.
            each: role whose rows the rule goes through; empty for none.
            any_row: all rows of a ``many`` role may be meant.
        """
        role, dot, name = text.partition(".")
        if not text:
            self.issues.add(node, "the name of a column is missing")
        if dot and role in self.joins:
            if self.joins[role].many and role != each and not any_row:
                self.issues.add(node, f"{text!r}: {role!r} has many rows; use 'each: {role}', 'sum:' or 'count:'")
            self._check_name(role, name, text, node)
            return Column(role, name)
        if dot and role in self.files and role != self.rows:
            self.issues.add(node, f"{text!r}: role {role!r} is not joined; add it to 'joins'")
        self._check_name(self.rows, text, text, node)
        return Column("", text)

    def _check_name(self, role: str, name: str, text: str, node: Node) -> None:
        known = self._known_columns(role)
        if known and name not in known:
            self.issues.add(node, f"no column {text!r} in role {role!r}; {valid_hint(name, known)}")

    def _known_columns(self, role: str) -> Iterable[str]:
        """Return the columns that the mapping itself declares; empty where only the files know."""
        if role not in self.files:
            return ()
        form = self.files[role].form
        if form.kind is FormatKind.LINES:
            try:
                return tuple(re.compile(form.pattern).groupindex)
            except re.error:
                return ()
        return form.columns if not form.header else ()
