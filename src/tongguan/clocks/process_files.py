"""Reads files of reference processes; every mistake is told at once, with its line."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from yaml.nodes import Node

from tongguan.lib.suggest import valid_hint
from tongguan.lib.yaml_nodes import Issues, Section, YamlFileError, composed, items_of
from tongguan.model.clocks import Mode, ProcessStep, ReferenceProcess
from tongguan.model.vocabulary import CaseKind, Label, Vocabulary

_PROCESS: Final = ("kind", "business_class", "label", "steps")
_STEP: Final = ("step", "mode", "owner", "optional", "beside")


class ProcessFileError(YamlFileError):
    """A file of reference processes that cannot be."""


def read_processes(path: Path, vocabulary: Vocabulary) -> tuple[ReferenceProcess, ...]:
    """Return the processes of a file, a list of sections with ``kind``, ``business_class``, ``label`` and ``steps``.

    Raises:
        ProcessFileError: lists every mistake as ``file:line: message``.
        OSError: the file cannot be read.
    """
    _, node = composed(path, ProcessFileError)
    issues = Issues()
    found = _Reader(vocabulary, issues).processes(node) if node is not None else []
    issues.check(path, ProcessFileError)
    return tuple(found)


class _Reader:
    def __init__(self, vocabulary: Vocabulary, issues: Issues) -> None:
        self._vocabulary = vocabulary
        self._issues = issues
        self._stages = [stage.name for stage in vocabulary.stages]
        self._seen: set[tuple[str, str]] = set()

    def processes(self, node: Node) -> list[ReferenceProcess]:
        return [self._process(item) for item in items_of(node, "the file", self._issues)]

    def _process(self, node: Node) -> ReferenceProcess:
        section = Section(node, "a process", self._issues, _PROCESS)
        name, business_class = section.needed_text("kind"), section.text("business_class")
        kind = self._vocabulary.case_kinds.get(name)
        if name and kind is None:
            self._issues.add(section.node_of("kind"), f"no case kind {name!r}; {valid_hint(name, self._vocabulary.case_kinds)}")
        codes = self._vocabulary.codes.get("business_class", {})
        if business_class and codes and business_class not in codes:
            place = section.node_of("business_class")
            self._issues.add(place, f"no business class {business_class!r}; {valid_hint(business_class, codes)}")
        if (name, business_class) in self._seen:
            self._issues.add(node, f"a second process of {name} for {business_class or 'all other classes'}; one is enough")
        self._seen.add((name, business_class))
        return ReferenceProcess(name, business_class, self._label(section), self._steps(section, kind))

    def _label(self, section: Section) -> Label:
        section.need("label")
        label = section.section("label", ("zh", "en"))
        return Label(label.needed_text("zh"), label.needed_text("en")) if label else Label("", "")

    def _steps(self, section: Section, kind: CaseKind | None) -> tuple[ProcessStep, ...]:
        node = section.need("steps")
        items = items_of(node, "'steps'", self._issues) if node is not None else []
        found: dict[str, ProcessStep] = {}
        for item in items:
            step = self._step(item, kind)
            if step.step in found:
                self._issues.add(item, f"step {step.step!r} stands more than once")
            found[step.step] = step
        if node is not None and not items:
            self._issues.add(node, "a process needs at least one step")
        return tuple(found.values())

    def _step(self, node: Node, kind: CaseKind | None) -> ProcessStep:
        section = Section(node, "a step", self._issues, _STEP)
        name, owner = section.needed_text("step"), section.needed_text("owner")
        milestones = [milestone.name for milestone in kind.milestones] if kind else []
        if kind and name and name not in milestones:
            self._issues.add(section.node_of("step"), f"case kind {kind.name!r} has no milestone {name!r}; {valid_hint(name, milestones)}")
        if owner and owner not in self._stages:
            self._issues.add(section.node_of("owner"), f"no stage {owner!r}; {valid_hint(owner, self._stages)}")
        section.need("mode")
        mode = Mode(section.choice("mode", Mode, Mode.AUTOMATIC))
        return ProcessStep(name, mode, owner, section.flag("optional"), section.text("beside"))
