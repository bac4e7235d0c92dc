"""Packs that contradict each other are refused when the vocabulary is made, with the nearest valid word."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from tests.fixtures.words import EVENTS, ORDER, SMALL
from tongguan.model.access import PERMISSIONS, Permission, Role
from tongguan.model.event import DIMENSIONS, EVENT_FIELDS, MEASURES, OBJECT_KINDS, REFERENCES, ROW_COLUMNS, Event
from tongguan.model.reasons import Quarantine, Reject
from tongguan.model.vocabulary import Attribute, CaseKind, EventType, Kind, Label, Milestone, Pack, Stage, Sum, Vocabulary, VocabularyError

NAME = Label("名", "name")
CREATED = EVENTS[1]


def pack(*events: EventType, kinds: tuple[CaseKind, ...] = (ORDER,), area: str = "one", **more: object) -> Pack:
    return Pack(area, NAME, events, kinds, **more)  # type: ignore[arg-type]


TWIN = replace(ORDER, milestones=(*ORDER.milestones, Milestone("paid", NAME, "paid")))

CONTRADICTIONS: list[tuple[str, list[Pack], list[Stage], str]] = [
    ("a type twice", [pack(CREATED), pack(CREATED, kinds=(), area="two")], [], "'order.created' is declared by one and two"),
    ("a kind of case twice", [pack(), pack(area="two")], [], "'order' is declared twice, again by two"),
    ("a case without a column", [pack(kinds=(replace(ORDER, name="ordr"),))], [], "did you mean 'order'?"),
    ("a milestone twice", [pack(kinds=(TWIN,))], [], "milestones of order: declared more than once: paid"),
    ("a rank too high", [pack(replace(CREATED, rank=1000))], [], "rank 1000 is not within 0–999"),
    ("a rank too low", [pack(replace(CREATED, rank=-1))], [], "rank -1 is not within 0–999"),
    ("no such column", [pack(replace(CREATED, requires=("ordr_id",)))], [], "did you mean 'order_id'?"),
    ("no such personal column", [pack(replace(CREATED, personal=("custmer_id",)))], [], "did you mean 'customer_id'?"),
    ("an attribute twice", [pack(replace(CREATED, attributes=(Attribute("a", Kind.TEXT, "x"),) * 2))], [], "more than once: a"),
    ("no such milestone", [pack(replace(CREATED, milestones={"order": "creatd"}))], [], "no milestone 'creatd'; did you mean 'created'?"),
    ("no such kind of case", [pack(replace(CREATED, milestones={"payment": "x"}))], [], "no case kind 'payment'"),
    ("no such type in a stage", [pack(CREATED)], [Stage("s", NAME, ("order.creatd",))], "did you mean 'order.created'?"),
    ("no such milestone in a stage", [pack(CREATED)], [Stage("s", NAME, (), (), "order", ("x",))], "no milestone 'x'"),
    ("no such milestone in a sum", [pack(kinds=(replace(ORDER, sums={"paid": Sum(("payd",))}),))], [], "did you mean 'paid'?"),
    ("no such milestone that is due", [pack(kinds=(replace(ORDER, due_at=("payd",)),))], [], "did you mean 'paid'?"),
    ("codes of no column", [pack(codes={"chanel": {"app": NAME}})], [], "did you mean 'channel'?"),
    (
        "a code with two names",
        [pack(codes={"channel": {"app": NAME}}), pack(kinds=(), area="two", codes={"channel": {"app": Label("甲", "a")}})],
        [],
        "code 'app' of 'channel' has two labels, the second from two",
    ),
    ("names of no column", [pack(CREATED, names={"reasn": {"late": NAME}})], [], "no column and no attribute; did you mean 'reason'?"),
    (
        "a code named in two ways",
        [pack(names={"reason": {"late": NAME}}), pack(kinds=(), area="two", names={"reason": {"late": Label("甲", "a")}})],
        [],
        "code 'late' of 'reason' has two labels, the second from two",
    ),
    (
        "names beside a closed list",
        [pack(codes={"channel": {"app": NAME}}), pack(kinds=(), area="two", names={"channel": {"fax": NAME}})],
        [],
        "'channel', whose list is closed",
    ),
]


@pytest.mark.parametrize(("packs", "stages", "message"), [c[1:] for c in CONTRADICTIONS], ids=[c[0] for c in CONTRADICTIONS])
def test_a_contradiction_is_refused(packs: list[Pack], stages: list[Stage], message: str) -> None:
    with pytest.raises(VocabularyError) as caught:
        Vocabulary(packs, stages)
    assert message in str(caught.value)


def test_packs_that_agree_share_their_codes() -> None:
    codes = {"channel": {"app": NAME}}
    both = Vocabulary([pack(CREATED, codes=codes), pack(kinds=(), area="two", codes={"channel": {"app": NAME, "web": NAME}})])
    assert set(both.codes["channel"]) == {"app", "web"}
    assert both.area_of == {"order.created": "one"}


def test_what_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(KeyError, match=r"order\.creatd.*did you mean 'order\.created'"):
        SMALL.event_type("order.creatd")
    with pytest.raises(KeyError, match="did you mean 'delivery'"):
        SMALL.stage("delivry")
    assert SMALL.event_type("order.created").rank == 100
    assert SMALL.stage("delivery").waiting_at == ("paid", "shipped")
    assert SMALL.case_kind("order").key == "order_id"


def test_codes_have_names_in_both_languages() -> None:
    words = Vocabulary([pack(codes={"channel": {"app": Label("应用", "App")}})])
    assert words.code_label("channel", "app", "zh-CN") == "应用"
    assert words.code_label("channel", "app", "en") == "App"
    assert words.code_label("channel", "fax", "en") == "fax"


def test_open_codes_have_names_too_and_close_nothing() -> None:
    paid = replace(CREATED, attributes=(Attribute("paid_by", Kind.TEXT, "x"),))
    names = {"reason": {"network": Label("网络", "Network"), "network.slow": Label("网速慢", "Slow network")}, "paid_by": {"cash": NAME}}
    same = {"reason": {"network": Label("网络", "Network"), "late": NAME}}
    words = Vocabulary([pack(paid, names=names), pack(kinds=(), area="two", names=same)])
    assert words.code_label("reason", "network.slow", "zh-CN") == "网速慢"
    assert words.code_label("reason", "network", "en") == "Network"
    assert words.code_label("reason", "network.gone", "en") == "network.gone", "a code under another needs a name of its own"
    assert words.code_label("paid_by", "cash", "zh") == "名"
    assert words.code_label("result", "late", "en") == "late"
    assert set(words.names["reason"]) == {"network", "network.slow", "late"}
    assert words.codes == {}


def test_the_columns_are_those_of_an_event() -> None:
    assert set(DIMENSIONS) | set(REFERENCES) | set(MEASURES) <= set(EVENT_FIELDS)
    assert [f"{kind}_id" for kind in OBJECT_KINDS] == list(REFERENCES)
    assert ROW_COLUMNS[: len(EVENT_FIELDS)] == EVENT_FIELDS
    assert len(set(ROW_COLUMNS)) == len(ROW_COLUMNS)


def test_an_event_says_only_what_it_has() -> None:
    body = b'{"type":"order.created","time":"2026-01-01T08:00:00+08:00","order_id":"o1","channel":null}'
    assert msgspec.json.encode(msgspec.json.decode(body, type=Event)) == body.replace(b',"channel":null', b"")


def test_reasons_are_words_of_one_list() -> None:
    for closed in (Quarantine, Reject):
        assert all(member.value == member.name.lower() for member in closed)


def test_every_role_may_do_something_and_one_may_do_all() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert PERMISSIONS[Role.ADMIN] == frozenset(Permission)
    assert all(PERMISSIONS[role] for role in Role)
    assert Permission.MANAGE_USERS not in set().union(*(PERMISSIONS[role] for role in Role if role is not Role.ADMIN))
