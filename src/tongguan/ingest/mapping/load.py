"""Reads a mapping file and checks all of it against the vocabulary; every mistake is told at once, with its line."""

from __future__ import annotations

import re
import zoneinfo
from pathlib import Path
from types import MappingProxyType

from yaml.nodes import Node

from tongguan.ingest.mapping.context import Context
from tongguan.ingest.mapping.errors import MappingError
from tongguan.ingest.mapping.load_rules import RuleLoader, personal_columns, used_columns
from tongguan.ingest.mapping.rules import CodeTable, FileRole, Join, Mapping, Missing
from tongguan.ingest.mapping.times import ISO, format_fault, zone_named
from tongguan.lib.ids import digest_id
from tongguan.lib.suggest import valid_hint
from tongguan.lib.yaml_nodes import Issue, Issues, Section, composed, text_of
from tongguan.model.vocabulary import Vocabulary
from tongguan.sources.files import FileFormat, FileReadError, FormatKind
from tongguan.sources.files.lines import checked_encoding
from tongguan.sources.files.matched_lines import compile_pattern

VERSION = 1
"""The version of the mapping language."""

TOP = "the mapping"
"""How messages call the whole file."""

_TOP = ("version", "name", "source", "zone", "currency", "time_formats", "files", "rows", "joins", "codes", "common", "events")
_FILE = (
    "paths",
    "format",
    "encoding",
    "delimiter",
    "quote",
    "header",
    "columns",
    "sheet",
    "pattern",
    "key",
    "optional",
    "optional_columns",
    "empty",
)
_CURRENCY = re.compile(r"[A-Z]{3}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}")
_DELIMITERS = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}


def load_mapping(path: Path, vocabulary: Vocabulary) -> Mapping:
    """Read and check a mapping file.

    Raises:
        MappingError: something in it is wrong; lists every mistake as ``file:line: message``.
        OSError: the file cannot be read.
    """
    text, node = composed(path, MappingError)
    if node is None:
        raise MappingError(path, [Issue(1, "the file is empty")])
    loader = _Loader(path, node, vocabulary, digest_id(text))
    mapping = loader.mapping()
    loader.issues.check(path, MappingError)
    return mapping


class _Loader:
    def __init__(self, path: Path, node: Node, vocabulary: Vocabulary, fingerprint: str) -> None:
        self.issues = Issues()
        self._path = path
        self._top = Section(node, TOP, self.issues, _TOP, whole=True)
        self._vocabulary = vocabulary
        self._fingerprint = fingerprint

    def mapping(self) -> Mapping:
        top = self._top
        self._check_version()
        zone = self._zone()
        currency = self._currency()
        files = self._files()
        rows = self._rows(files)
        context = Context(self.issues, self._vocabulary, zone, currency, files, rows)
        context.formats = self._formats()
        context.joins = self._joins(context)
        context.codes = self._codes()
        rules = RuleLoader(context).rules(top)
        return Mapping(
            path=self._path,
            name=self._word("name"),
            source=self._word("source"),
            zone=zone,
            currency=currency,
            files=MappingProxyType(files),
            rows=rows,
            joins=tuple(context.joins.values()),
            codes=MappingProxyType(context.codes),
            rules=rules,
            personal=personal_columns(rules, self._vocabulary),
            used=used_columns(rules, context),
            fingerprint=self._fingerprint,
        )

    def _check_version(self) -> None:
        node = self._top.need("version")
        if node is not None and text_of(node, "version", self.issues) != str(VERSION):
            self.issues.add(node, f"version must be {VERSION}, the only version of the mapping language")

    def _word(self, key: str) -> str:
        word = self._top.needed_text(key)
        if word and not _NAME.fullmatch(word):
            self.issues.add(self._top.node_of(key), f"{key} {word!r} must be letters, digits, '.', '_' and '-', at most 64")
        return word

    def _zone(self) -> str:
        zone = self._top.needed_text("zone")
        if zone and zone_named(zone) is None:
            hint = valid_hint(zone, zoneinfo.available_timezones(), most=3)
            self.issues.add(self._top.node_of("zone"), f"unknown time zone {zone!r}; use an IANA name; {hint}")
        return zone

    def _currency(self) -> str:
        currency = self._top.text("currency", "CNY")
        if not _CURRENCY.fullmatch(currency):
            self.issues.add(self._top.node_of("currency"), f"currency {currency!r} must be three capital letters (ISO 4217) such as CNY")
        return currency

    def _formats(self) -> tuple[str, ...]:
        formats = tuple(self._top.texts("time_formats"))
        for form in formats:
            if fault := format_fault(form):
                self.issues.add(self._top.node_of("time_formats"), fault)
        return formats or (ISO,)

    def _files(self) -> dict[str, FileRole]:
        self._top.need("files")
        section = self._top.section("files")
        if section is None:
            return {}
        roles = {}
        for name in section.names():
            part = section.section(name, _FILE)
            if part is not None:
                roles[name] = self._file(name, part)
        return roles

    def _file(self, name: str, part: Section) -> FileRole:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            self.issues.add(part.node, f"files: {name!r} must be small letters, digits and '_'")
        part.need("paths")
        patterns = tuple(part.texts("paths"))
        return FileRole(
            name=name,
            patterns=patterns,
            form=self._format(part),
            key=part.text("key"),
            optional=part.flag("optional"),
            optional_columns=frozenset(part.texts("optional_columns")),
            empty=frozenset(part.texts("empty")),
        )

    def _format(self, part: Section) -> FileFormat:
        word = part.choice("format", ["auto", *FormatKind], "auto")
        kind = None if word == "auto" else FormatKind(word)
        delimiter = part.text("delimiter")
        delimiter = _DELIMITERS.get(delimiter, delimiter)
        quote = part.text("quote", '"')
        for key, mark in (("delimiter", delimiter), ("quote", quote)):
            if len(mark) > 1:
                self.issues.add(part.node_of(key), f"{part.what}: {key} {mark!r} must be one character")
        columns = tuple(part.texts("columns"))
        header = part.whole("header", 0 if columns else 1)
        if not header and not columns:
            self.issues.add(part.node, f"{part.what}: without a header the names must be given in 'columns'")
        self._check_encoding(part)
        pattern = part.text("pattern")
        self._check_pattern(part, kind, pattern)
        return FileFormat(kind, part.text("encoding"), delimiter, quote, header, columns, part.text("sheet"), pattern)

    def _check_encoding(self, part: Section) -> None:
        encoding = part.text("encoding")
        if not encoding:
            return
        try:
            checked_encoding(encoding)
        except LookupError:
            self.issues.add(part.node_of("encoding"), f"{part.what}: unknown encoding {encoding!r}; for example utf-8, gb18030, latin-1")

    def _check_pattern(self, part: Section, kind: FormatKind | None, pattern: str) -> None:
        if kind is not FormatKind.LINES:
            if pattern:
                self.issues.add(part.node_of("pattern"), f"{part.what}: 'pattern' belongs to 'format: lines'")
            return
        try:
            compile_pattern(pattern)
        except FileReadError as error:
            self.issues.add(part.get("pattern") or part.node, f"{part.what}: {error}")

    def _rows(self, files: dict[str, FileRole]) -> str:
        rows = self._top.needed_text("rows")
        if rows and rows not in files:
            self.issues.add(self._top.node_of("rows"), f"rows: no role {rows!r} in files; {valid_hint(rows, files)}")
        elif rows and files[rows].optional:
            self.issues.add(self._top.node_of("rows"), f"rows: role {rows!r} cannot be optional, its rows become the events")
        return rows

    def _joins(self, context: Context) -> dict[str, Join]:
        section = self._top.section("joins")
        if section is None:
            return {}
        for name in section.names():
            part = section.section(name, ("by", "take", "missing"))
            if part is None:
                continue
            role = context.files.get(name)
            if role is None or name == context.rows:
                others = [other for other in context.files if other != context.rows]
                self.issues.add(part.node, f"joins: {name!r} is no other role of files; {valid_hint(name, others)}")
                continue
            if not role.key:
                self.issues.add(part.node, f"joins: role {name!r} needs a 'key' in files, the column that is looked up")
            many = part.choice("take", ("one", "many"), "one") == "many"
            missing = Missing(part.choice("missing", list(Missing), Missing.ALLOWED if many else Missing.QUARANTINE))
            by = part.needed_text("by")
            context.joins[name] = Join(name, context.column(by, part.node, each=""), many, missing)
        return context.joins

    def _codes(self) -> dict[str, CodeTable]:
        section = self._top.section("codes")
        if section is None:
            return {}
        return {
            name: self._table(name, part) for name in section.names() if (part := section.section(name, ("map", "otherwise"))) is not None
        }

    def _table(self, name: str, part: Section) -> CodeTable:
        part.need("map")
        rows = part.section("map")
        exact: dict[str, str] = {}
        patterns: list[tuple[str, str]] = []
        for text in rows.names() if rows else ():
            code = rows.text(text) if rows else ""
            if "*" in text or "?" in text:
                patterns.append((text, code))
            else:
                exact[text] = code
        otherwise = part.text("otherwise", "quarantine")
        keep = otherwise == "keep"
        return CodeTable(name, MappingProxyType(exact), tuple(patterns), None if keep or otherwise == "quarantine" else otherwise, keep)
