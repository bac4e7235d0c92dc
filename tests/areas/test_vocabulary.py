"""The packs fit together: names, labels, ranks, personal values, cases and stages."""

from __future__ import annotations

import re

import pytest

from tongguan.areas.operations.codes import CHANNELS, SUB_CHANNELS
from tongguan.areas.packs import ALL_PACKS, build_vocabulary
from tongguan.model.event import EVENT_FIELDS
from tongguan.model.vocabulary import CaseKind, EventType, Kind, Label, Stage

VOCABULARY = build_vocabulary()
TYPES = list(VOCABULARY.event_types.values())
CASE_KINDS = list(VOCABULARY.case_kinds.values())

NAME = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*")
# Past participles that do not end in -ed.
IRREGULAR = {
    "bound",
    "chosen",
    "done",
    "fallen",
    "found",
    "given",
    "held",
    "left",
    "lost",
    "made",
    "overrun",
    "sent",
    "shown",
    "spent",
    "split",
    "unbound",
    "withdrawn",
}
PERSONAL = {
    "account",
    "address",
    "bank_card",
    "birthday",
    "comment",
    "email",
    "identity_number",
    "ip",
    "name",
    "openid",
    "phone",
    "postcode",
    "receiver",
}
CLOCK_STATES = {"clock.late", "clock.silent"}
CHINESE = re.compile(r"[\u4e00-\u9fff]|^[A-Z0-9 ]+$")


def is_happening(name: str) -> bool:
    """Tell whether a name is ``noun.past_participle``, the participle being any word behind the point; clocks reach states."""
    words = name.partition(".")[2].split("_")
    return bool(NAME.fullmatch(name)) and (name in CLOCK_STATES or any(w.endswith("ed") or w in IRREGULAR for w in words))


def is_named(label: Label) -> bool:
    return bool(CHINESE.search(label.zh)) and bool(label.en.strip()) and not re.search(r"[\u4e00-\u9fff]", label.en)


@pytest.mark.parametrize("event_type", TYPES, ids=lambda t: t.name)
def test_a_type_is_named_and_explained(event_type: EventType) -> None:
    assert is_happening(event_type.name)
    assert len(event_type.name) <= 64
    assert is_named(event_type.label)
    assert event_type.meaning.endswith(".")


@pytest.mark.parametrize("name", ["order.create", "order", "Order.created", "order.unavailable", "order.created.twice", "order.created_2"])
def test_the_naming_rule_refuses(name: str) -> None:
    assert not is_happening(name)


def test_display_names_are_unique_in_both_languages_within_an_area() -> None:
    for pack in ALL_PACKS:
        for names in ([t.label.zh for t in pack.event_types], [t.label.en for t in pack.event_types]):
            assert sorted(names) == sorted(set(names)), pack.area


def test_attributes_are_well_named_and_mean_one_thing() -> None:
    kinds: dict[str, set[tuple[Kind, bool]]] = {}
    for event_type in TYPES:
        for attribute in event_type.attributes:
            assert re.fullmatch(r"[a-z]+(_[a-z]+)*", attribute.name), (event_type.name, attribute.name)
            assert attribute.name not in EVENT_FIELDS, (event_type.name, attribute.name)
            assert attribute.meaning.endswith("."), (event_type.name, attribute.name)
            kinds.setdefault(attribute.name, set()).add((attribute.kind, attribute.personal))
    assert {name: found for name, found in kinds.items() if len(found) > 1} == {}


def test_what_names_a_person_is_personal() -> None:
    seen = {a.name: a.personal for t in TYPES for a in t.attributes if a.name in PERSONAL}
    assert seen == dict.fromkeys(PERSONAL, True)


def test_only_columns_that_an_event_of_the_family_always_has_are_required() -> None:
    keys = {"order": "order_id", "payment": "payment_id", "package": "package_id", "ticket": "ticket_id", "device": "device_id"}
    for event_type in TYPES:
        key = keys.get(event_type.name.split(".")[0])
        if key:
            assert event_type.requires == (key,), event_type.name


def test_a_milestone_in_the_case_named_by_the_type_requires_its_key() -> None:
    # Without the key the event would reach no case at all. A statement's line may name a payment or not.
    for event_type in TYPES:
        if event_type.milestones and event_type.name != "statement.line_recorded":
            keys = {VOCABULARY.case_kind(kind).key for kind in event_type.milestones}
            assert keys & set(event_type.requires), event_type.name


@pytest.mark.parametrize(
    ("cause", "effect"),
    [
        ("message.sent", "link.clicked"),
        ("link.clicked", "visit.session_started"),
        ("visit.session_started", "authentication.attempted"),
        ("authentication.attempted", "authentication.succeeded"),
        ("visit.session_started", "visit.page_viewed"),
        ("visit.product_viewed", "visit.cart_item_added"),
        ("visit.cart_item_added", "visit.checkout_started"),
        ("visit.checkout_started", "visit.checkout_completed"),
        ("visit.checkout_completed", "order.created"),
        ("service.requested", "service.completed"),
        ("service.failed", "service.fallen_through"),
        ("referral.made", "referral.followed"),
        ("product.submitted", "product.listed"),
        ("resource.received", "resource.reserved"),
        ("resource.reserved", "resource.allocated"),
        ("resource.quarantined", "resource.freed"),
        ("order.created", "order.item_added"),
        ("order.created", "resource.reserved"),
        ("order.created", "payment.requested"),
        ("payment.failed", "payment.succeeded"),
        ("payment.succeeded", "order.approved"),
        ("order.approved", "acceptance.automatic_requested"),
        ("acceptance.automatic_failed", "acceptance.manual_queued"),
        ("acceptance.manual_claimed", "acceptance.manual_done"),
        ("acceptance.manual_done", "order.invoiced"),
        ("order.invoiced", "order.processing_started"),
        ("acceptance.automatic_done", "allocation.requested"),
        ("allocation.failed", "order.marked_unavailable"),
        ("allocation.completed", "package.packed"),
        ("package.packed", "package.shipped"),
        ("package.shipped", "package.delivered"),
        ("package.shipped", "order.delivery_reported"),
        ("package.delivered", "activation.requested"),
        ("activation.requested", "activation.completed"),
        ("activation.completed", "order.completed"),
        ("package.delivered", "order.cancelled"),
        ("order.cancelled", "payment.refund_requested"),
        ("return.requested", "return.approved"),
        ("payment.refund_requested", "payment.refunded"),
        ("payment.succeeded", "boss.posting_requested"),
        ("boss.posting_requested", "boss.posted"),
        ("contact.queued", "contact.answered"),
        ("contact.answered", "contact.ended"),
        ("ticket.opened", "ticket.resolved"),
        ("ticket.resolved", "ticket.closed"),
        ("survey.invited", "survey.answered"),
        ("device.resumed", "device.heartbeat_received"),
        ("device.command_sent", "device.command_completed"),
        ("instruction.issued", "instruction.fulfilled"),
        ("campaign.planned", "campaign.started"),
    ],
)
def test_a_cause_ranks_below_its_effect(cause: str, effect: str) -> None:
    assert VOCABULARY.event_type(cause).rank < VOCABULARY.event_type(effect).rank


@pytest.mark.parametrize("kind", CASE_KINDS, ids=lambda k: k.name)
def test_every_milestone_is_named_and_reached(kind: CaseKind) -> None:
    reached = {t.milestones[kind.name] for t in TYPES if kind.name in t.milestones}
    assert reached == {m.name for m in kind.milestones}
    assert all(is_named(m.label) for m in kind.milestones)
    assert all(m.status for m in kind.milestones)
    assert any(m.final for m in kind.milestones)
    assert not [m.name for m in kind.milestones if m.final and not m.step]


def test_steps_of_one_case_have_an_order_even_in_the_same_instant() -> None:
    for kind in CASE_KINDS:
        steps = {m.name for m in kind.milestones if m.step}
        ranks: dict[int, set[str]] = {}
        for event_type in TYPES:
            if event_type.milestones.get(kind.name) in steps:
                ranks.setdefault(event_type.rank, set()).add(event_type.milestones[kind.name])
        assert {rank: names for rank, names in ranks.items() if len(names) > 1} == {}, kind.name


def test_signs_of_life_move_no_device() -> None:
    assert not VOCABULARY.event_type("device.heartbeat_received").milestones


def test_the_stages_are_the_thirteen_of_the_process() -> None:
    assert [s.name for s in VOCABULARY.stages] == [
        "listing",
        "stock",
        "visit",
        "conversion",
        "order",
        "payment",
        "acceptance",
        "allocation",
        "delivery",
        "activation",
        "settlement",
        "after_sales",
        "returns",
    ]


@pytest.mark.parametrize("stage", VOCABULARY.stages, ids=lambda s: s.name)
def test_a_stage_counts_and_waits(stage: Stage) -> None:
    assert is_named(stage.label)
    assert stage.volume
    assert set(stage.volume) <= VOCABULARY.event_types.keys()
    # Rejected orders are counted as created; everywhere else a failure is itself part of the volume.
    assert set(stage.failures) <= {*stage.volume, "order.rejected"}
    assert bool(stage.case_kind) == bool(stage.waiting_at)
    for name in stage.waiting_at:
        milestone = VOCABULARY.case_kind(stage.case_kind).milestone(name)
        assert milestone.step and not milestone.final, name


def test_a_case_waits_for_at_most_one_stage() -> None:
    waiting = [(s.case_kind, m) for s in VOCABULARY.stages for m in s.waiting_at]
    assert len(waiting) == len(set(waiting))


@pytest.mark.parametrize("kind", ["order", "ticket"])
def test_no_open_order_or_ticket_waits_for_nobody(kind: str) -> None:
    waiting = {m for s in VOCABULARY.stages if s.case_kind == kind for m in s.waiting_at}
    assert waiting == {m.name for m in VOCABULARY.case_kind(kind).milestones if m.step and not m.final}


def test_closed_code_lists() -> None:
    assert set(VOCABULARY.codes) == {"channel", "business_class", "tier", "network"}
    assert list(VOCABULARY.codes["channel"]) == ["phone", "web", "app", "sms", "kiosk", "wechat", "shop", "hall"]
    for column, codes in VOCABULARY.codes.items():
        assert column in EVENT_FIELDS
        assert all(re.fullmatch(r"[a-z0-9_]+(\.[a-z_]+)?", code) and label.zh and label.en for code, label in codes.items())
    classes = VOCABULARY.codes["business_class"]
    assert {code.split(".")[0] for code in classes} == {code for code in classes if "." not in code}


def test_sub_channels_are_named_for_every_channel() -> None:
    assert set(SUB_CHANNELS) == set(CHANNELS)
    assert SUB_CHANNELS["phone"]["ivr"] == Label("自助语音", "IVR")
