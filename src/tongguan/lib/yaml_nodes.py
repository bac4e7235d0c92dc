"""YAML with line numbers: sections whose mistakes are collected instead of raised one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from tongguan.lib.suggest import valid_hint

_NULL = "tag:yaml.org,2002:null"
_BOOL = "tag:yaml.org,2002:bool"
_INT = "tag:yaml.org,2002:int"
_FLOAT = "tag:yaml.org,2002:float"
_TRUE = frozenset({"true", "yes", "on"})


@dataclass(frozen=True)
class Issue:
    """One mistake in a file: 1-based line and what to do about it."""

    line: int
    message: str


@dataclass
class Issues:
    """Collects mistakes.

    Attributes:
        found: so far.
    """

    found: list[Issue] = field(default_factory=list)

    def add(self, node: Node, message: str) -> None:
        """Note a mistake at a node."""
        self.found.append(Issue(line_of(node), message))

    def check(self, path: Path, error: type[YamlFileError]) -> None:
        """Raise an error that lists what was found in a file, if anything was."""
        if self.found:
            raise error(path, self.found)


class YamlFileError(ValueError):
    """A file says what cannot be; the text lists every mistake as ``file:line: message``. A retry does not help.

    Attributes:
        path: the file.
        issues: every mistake, in file order.
    """

    def __init__(self, path: Path, issues: Sequence[Issue]) -> None:
        self.path = path
        self.issues = tuple(sorted(issues, key=lambda issue: issue.line))
        super().__init__("\n".join(f"{path}:{issue.line}: {issue.message}" for issue in self.issues))


def composed(path: Path, error: type[YamlFileError]) -> tuple[str, Node | None]:
    """Return the text of a YAML file and what it holds; None where it is empty.

    Args:
        path: the file, in UTF-8.
        error: which one to raise where it is no YAML.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        return text, yaml.compose(text, Loader=yaml.SafeLoader)
    except UnicodeDecodeError as fault:
        raise error(path, [Issue(1, f"the file is not UTF-8: {fault}")]) from fault
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 1
        raise error(path, [Issue(line, f"this is no YAML: {fault.problem or fault.context}")]) from fault
    except yaml.reader.ReaderError as fault:
        line = text.count("\n", 0, fault.position) + 1
        raise error(path, [Issue(line, f"this is no YAML: character U+{fault.character:04X} cannot stand in it")]) from fault
    except RecursionError as fault:
        raise error(path, [Issue(1, "this is no YAML that can be read: its sections and lists are nested too deeply")]) from fault


def line_of(node: Node) -> int:
    """Return the 1-based line in which a node begins."""
    return int(node.start_mark.line) + 1


def text_of(node: Node, what: str, issues: Issues) -> str:
    """Return the text of a scalar as it stands in the file; empty (with an issue) for lists and sections."""
    if isinstance(node, ScalarNode):
        return "" if node.tag == _NULL else str(node.value)
    issues.add(node, f"{what} must be a text")
    return ""


def constant_of(node: Node, what: str, issues: Issues) -> str | int | bool:
    """Return a scalar by its YAML type: text, integer or boolean."""
    if isinstance(node, ScalarNode) and node.tag == _BOOL:
        return str(node.value).lower() in _TRUE
    if isinstance(node, ScalarNode) and node.tag == _INT:
        try:
            return int(str(node.value))
        except ValueError:
            issues.add(node, f"{what}: {node.value!r} is an unusual integer; write it in plain digits, or in quotes if it is a text")
            return 0
    if isinstance(node, ScalarNode) and node.tag == _FLOAT:
        issues.add(node, f"{what}: {node.value!r} is a number with a fraction, which is not held exactly; write it in quotes")
    return text_of(node, what, issues)


def items_of(node: Node, what: str, issues: Issues) -> list[Node]:
    """Return the items of a list; a single scalar counts as a list of one."""
    if isinstance(node, SequenceNode):
        return list(node.value)
    if isinstance(node, ScalarNode) and node.tag != _NULL:
        return [node]
    issues.add(node, f"{what} must be a list")
    return []


class Section:
    """A YAML mapping whose keys are known.

    Args:
        node: any node; an issue is noted if it is no mapping.
        what: how messages call it.
        issues: where mistakes go.
        allowed: the valid keys; None for any.
        whole: it is the whole file, which messages about its sections need not name.
    """

    def __init__(self, node: Node, what: str, issues: Issues, allowed: Iterable[str] | None = None, *, whole: bool = False) -> None:
        self._whole = whole
        self.node = node
        self.what = what
        self._issues = issues
        self._entries: dict[str, tuple[Node, Node]] = {}
        if not isinstance(node, MappingNode):
            issues.add(node, f"{what} must be a section of `key: value` lines")
            return
        valid = None if allowed is None else list(allowed)
        for key_node, value_node in node.value:
            key = text_of(key_node, f"a key of {what}", issues)
            if key in self._entries:
                issues.add(key_node, f"{what}: {key!r} is given twice, first in line {line_of(self._entries[key][0])}")
            elif valid is not None and key not in valid:
                issues.add(key_node, f"{what}: unknown key {key!r}; {valid_hint(key, valid)}")
            else:
                self._entries[key] = (key_node, value_node)

    def names(self) -> list[str]:
        """Return the keys in file order."""
        return list(self._entries)

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def get(self, key: str) -> Node | None:
        """Return the value's node, or None."""
        entry = self._entries.get(key)
        return entry[1] if entry else None

    def node_of(self, key: str) -> Node:
        """Return the value's node of a key that is there."""
        return self._entries[key][1]

    def need(self, key: str) -> Node | None:
        """Return the value's node; note an issue when it is missing."""
        if key not in self._entries:
            self._issues.add(self.node, f"{self.what}: {key!r} is missing")
        return self.get(key)

    def text(self, key: str, default: str = "") -> str:
        """Return a text."""
        node = self.get(key)
        return default if node is None else text_of(node, f"{self.what}: {key!r}", self._issues)

    def needed_text(self, key: str) -> str:
        """Return a text that must be there and not be empty."""
        node = self.need(key)
        if node is None:
            return ""
        found = text_of(node, f"{self.what}: {key!r}", self._issues).strip()
        if not found and isinstance(node, ScalarNode):
            self._issues.add(node, f"{self.what}: {key!r} must not be empty")
        return found

    def choice(self, key: str, valid: Iterable[str], default: str) -> str:
        """Return one of some words."""
        node = self.get(key)
        if node is None:
            return default
        words = [str(word) for word in valid]
        found = text_of(node, f"{self.what}: {key!r}", self._issues)
        if found in words:
            return found
        self._issues.add(node, f"{self.what}: {key!r} is {found!r}; {valid_hint(found, words)}")
        return default

    def flag(self, key: str) -> bool:
        """Return a boolean; false when it is not there."""
        node = self.get(key)
        if node is None:
            return False
        if isinstance(node, ScalarNode) and node.tag == _BOOL:
            return str(node.value).lower() in _TRUE
        self._issues.add(node, f"{self.what}: {key!r} must be true or false")
        return False

    def whole(self, key: str, default: int, least: int = 0) -> int:
        """Return an integer of at least ``least``."""
        node = self.get(key)
        if node is None:
            return default
        found = constant_of(node, f"{self.what}: {key!r}", self._issues)
        if isinstance(found, bool) or not isinstance(found, int) or found < least:
            self._issues.add(node, f"{self.what}: {key!r} must be a whole number of at least {least}")
            return default
        return found

    def texts(self, key: str) -> list[str]:
        """Return a list of texts; a single text counts as a list of one."""
        node = self.get(key)
        if node is None:
            return []
        what = f"{self.what}: {key!r}"
        return [text_of(item, f"an item of {what}", self._issues) for item in items_of(node, what, self._issues)]

    def section(self, key: str, allowed: Iterable[str] | None = None) -> Section | None:
        """Return a section within this one, or None."""
        node = self.get(key)
        return None if node is None else Section(node, key if self._whole else f"{self.what}: {key}", self._issues, allowed)
