"""Every text of the pages exists in Chinese, with the same values to fill in, and every code has a name."""

from __future__ import annotations

import re

import pytest

from tests.web.catalog import chinese, messages
from tests.web.operation import make_operation
from tongguan.model.access import Level, Permission, Role
from tongguan.model.reasons import Quarantine
from tongguan.web.kit.codes import Codes
from tongguan.web.kit.fake.vocabulary import fake_vocabulary
from tongguan.web.kit.ports import QuarantineState
from tongguan.web.kit.texts import load_texts

_SAME = {"Tongguan"}


def test_every_message_is_translated() -> None:
    known = {message.id: message.string for message in chinese() if message.id}
    missing = [message for message in messages() if not known.get(message)]
    assert not missing, "run `python -m tests.web.catalog` and translate"


def test_no_translation_is_left_over() -> None:
    wanted = set(messages())
    assert [message.id for message in chinese() if message.id and message.id not in wanted] == []


def test_translations_fill_in_the_same_values_and_are_chinese() -> None:
    for message in chinese():
        if not message.id:
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        texts = [message.string] if isinstance(message.string, str) else list(message.string or ())
        for text in texts:
            assert set(re.findall(r"%\((\w+)\)", str(text))) == set(re.findall(r"%\((\w+)\)", ids[-1])), ids
            assert re.search("[\u4e00-\u9fff]", str(text)) or ids[0] in _SAME or "%(" in ids[0], ids


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_closed_list_has_names(language: str) -> None:
    codes = Codes(fake_vocabulary(), load_texts()[language], make_operation(orders=0).site.regions)
    for members in (Quarantine, Role, Permission, Level, QuarantineState):
        names = [codes.of_enum(member) for member in members]
        assert all(names)
        assert len(set(names)) == len(names), f"two members of {members.__name__} have one name"


def test_plural() -> None:
    texts = load_texts()
    assert texts["en"].plural("%(n)s event", "%(n)s events", 1, n=1) == "1 event"
    assert texts["en"].plural("%(n)s event", "%(n)s events", 5, n=5) == "5 events"
    assert texts["zh-CN"].plural("%(n)s event", "%(n)s events", 5, n=5) == "5 个事件"
