"""Files of rules: what they may say, and that every mistake is told with its line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tongguan.areas.orders.quality import RULES_FILE
from tongguan.areas.packs import build_vocabulary
from tongguan.detect.flag_files import FlagFileError, read_flags
from tongguan.model.flags import NEEDED, FlagKind

WORDS = build_vocabulary()
HEAD = """kind: order
made: order.created
flagged: order.flagged
review: order.check_requested
holdable: [created, paid]
look_back: 2d
rules:
"""
RULE = """  - name: one
    label: {zh: 一, en: One}
    meaning: {zh: 一。, en: One.}
    kind: repeated
    reason: duplicate
    same: [customer_id, address]
    within: 10m
"""


def test_the_rules_of_the_packs_can_be_read_and_have_every_kind() -> None:
    book = read_flags(RULES_FILE, WORDS)
    assert {rule.kind for rule in book.rules} == set(FlagKind) == set(NEEDED)
    assert [rule.name for rule in book.rules if not rule.on] == ["many_by_device"]
    assert {rule.reason for rule in book.rules} <= set(WORDS.names["reason"])
    assert all(rule.within < book.look_back for rule in book.active)


def test_a_file_says_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "quality.yaml"
    path.write_text(HEAD + RULE)
    book = read_flags(path, WORDS)
    (rule,) = book.rules
    assert (rule.same, rule.within, rule.hold, rule.on, book.source) == (
        ("customer_id", "address"),
        timedelta(minutes=10),
        False,
        True,
        "quality.yaml",
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("kind: order\n", "kind: ordre\n", 1, "no case kind 'ordre'"),
        ("made: order.created", "made: order.made", 2, "no event type 'order.made'"),
        ("[created, paid]", "[created, noted]", 5, "case kind 'order' has no step 'noted'"),
        ("look_back: 2d", "look_back: 30d", 6, "'look_back' is at most 5d"),
        ("kind: repeated", "kind: twice", 11, "'twice'"),
        ("same: [customer_id, address]", "same: [customer_id, adress]", 13, "'same' names 'adress'"),
        ("within: 10m", "within: soon", 14, "'soon'"),
        ("within: 10m", "within: 3d", 8, "'within' must be shorter than 'look_back'"),
        ("    within: 10m\n", "", 8, "'within' is missing"),
        ("    within: 10m\n", "    within: 10m\n    most: 3\n", 15, "a rule of kind repeated has no 'most'"),
        ("    within: 10m\n", "    within: 10m\n    not_classes: [payments]\n", 15, "no business class 'payments'"),
        ("    within: 10m\n", "    within: 10m\n" + RULE, 15, "rule 'one' stands more than once"),
    ],
)
def test_mistakes_are_told_with_their_line(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    path = tmp_path / "quality.yaml"
    text = HEAD + RULE
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(FlagFileError) as caught:
        read_flags(path, WORDS)
    assert any(issue.line == line and said in issue.message for issue in caught.value.issues), str(caught.value)


@pytest.mark.parametrize("text", ["", "kind: [", "- a\n"])
def test_what_is_no_such_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "quality.yaml"
    path.write_text(text)
    with pytest.raises(FlagFileError):
        read_flags(path, WORDS)
