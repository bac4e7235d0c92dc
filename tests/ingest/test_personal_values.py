"""Nothing personal lies plain on disk: not in the spool, not in the warehouse, not in the operational store."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.fixtures.rig import Rig, event
from tongguan.ingest.personal import hide_named, is_personal_name
from tongguan.model.ports import BadRecord
from tongguan.model.reasons import Problem, Quarantine
from tongguan.records.quarantine import QuarantineFilters, page
from tongguan.records.tables import quarantine
from tongguan.records.vault import TOKEN

PHONE, EMAIL, IDENTITY = "13912345678", "ouyang.f@example.com", "110101199003074514"
NAME, ADDRESS = "欧阳锋锋", "长安街一百零七号"


def everything(made: Rig) -> bytes:
    """Return every byte that is kept: the folder, and every column of every row of the warehouse."""
    kept = [made.bytes_on_disk()]
    for table in ("events", "event_keys", "event_objects", "cases", "hourly_counts"):
        for row in made.rows(f"SELECT toString(tuple(*)) FROM {table}"):
            kept.append(str(row[0]).encode())
    return b"\0".join(kept)


def assert_hidden(made: Rig, *plain: str) -> None:
    """Fail where one of the texts can be read anywhere, as UTF-8 or as JSON escapes; before loading and after."""
    for state in ("spooled", "loaded"):
        found = everything(made)
        for text in plain:
            assert text.encode() not in found, f"{state}: {text}"
            assert json.dumps(text)[1:-1].encode() not in found, f"{state}: {text}"
        made.loader.load_all()


def stored(made: Rig) -> dict[str, Any]:
    """Return the attributes of the only event."""
    made.loader.load_all()
    ((attributes,),) = made.rows("SELECT attributes FROM events")
    found: dict[str, Any] = json.loads(attributes)
    return found


def test_bytes_on_disk_are_looked_at(made: Rig) -> None:
    made.deliver(event(order_id="visible-one"))
    assert b"visible-one" in made.bytes_on_disk()
    made.loader.load_all()
    assert b"visible-one" in everything(made)


def test_a_declared_attribute_becomes_a_token(made: Rig) -> None:
    made.deliver(event(attributes={"phone": PHONE, "pieces": 3}))
    assert_hidden(made, PHONE)
    kept = stored(made)
    assert kept["pieces"] == 3
    assert TOKEN.fullmatch(kept["phone"])
    with made.database.read() as connection:
        assert made.store.reveal(connection, kept["phone"]) == PHONE


@pytest.mark.parametrize(
    "name", ["email", "Phone", "receiver_phone", "contactMobile", "delivery-address", "手机号", "REAL_NAME", "a" * 40 + "_phone"]
)
def test_an_undeclared_name_is_enough(made: Rig, name: str) -> None:
    made.deliver(event(attributes={name: NAME, "colour": "red"}))
    assert_hidden(made, NAME)
    kept = stored(made)
    assert kept["colour"] == "red"
    assert TOKEN.fullmatch(kept[name])


def test_values_of_any_kind_are_hidden(made: Rig) -> None:
    made.deliver(event(attributes={"mobile": int(PHONE), "address": {"street": ADDRESS, "no": 7}, "name": [NAME]}))
    assert_hidden(made, PHONE, ADDRESS, NAME)
    kept = stored(made)
    with made.database.read() as connection:
        plain = {name: made.store.reveal(connection, kept[name]) for name in kept}
    assert plain == {"mobile": PHONE, "address": f'{{"street":"{ADDRESS}","no":7}}', "name": f'["{NAME}"]'}


def test_values_within_values_are_hidden(made: Rig) -> None:
    made.deliver(event(attributes={"contact": {"phone": PHONE, "level": 3}, "people": [{"real_name": NAME}, {"x": [{"email": EMAIL}]}]}))
    assert_hidden(made, PHONE, NAME, EMAIL)
    kept = stored(made)
    assert kept["contact"]["level"] == 3
    assert TOKEN.fullmatch(kept["people"][1]["x"][0]["email"])


@pytest.mark.parametrize("value", [PHONE, f"+86{PHONE}", f"86{PHONE}", EMAIL, IDENTITY])
@pytest.mark.parametrize("column", ["customer_id", "actor_id", "session_id", "contact_id"])
def test_an_id_that_is_a_number_of_a_person_becomes_a_token(made: Rig, column: str, value: str) -> None:
    made.deliver(event(**{column: value}))
    assert_hidden(made, value)
    ((kept,),) = made.rows(f"SELECT {column} FROM events")
    assert TOKEN.fullmatch(kept)
    assert made.rows("SELECT id FROM event_objects WHERE kind = {kind:String}", {"kind": column.removesuffix("_id")}) == [(kept,)]


def test_a_person_among_the_objects_becomes_a_token(made: Rig) -> None:
    people = [{"kind": "customer", "id": PHONE}, {"kind": "referrer", "id": EMAIL}, {"kind": "order", "id": "110101199003074514"}]
    made.deliver(event(objects=people))
    assert_hidden(made, PHONE, EMAIL)
    kept = dict(made.rows("SELECT kind, id FROM event_objects WHERE id != 'o1'"))
    assert TOKEN.fullmatch(kept["customer"])
    assert TOKEN.fullmatch(kept["referrer"])
    assert kept["order"] == "110101199003074514", "18 digits are a usual order number"


def test_the_same_person_has_the_same_token(made: Rig) -> None:
    made.load(event(event_id="1", customer_id=PHONE), event(event_id="2", customer_id=PHONE), event(event_id="3", customer_id="c-17"))
    ids = [row[0] for row in made.rows("SELECT customer_id FROM events ORDER BY event_id")]
    assert ids[0] == ids[1]
    assert ids[2] == "c-17"


def test_a_token_of_tongguan_itself_stays_as_it_is(made: Rig) -> None:
    token = made.store.token("phone", PHONE)
    made.deliver(event(attributes={"phone": token}), trusted=True)
    assert stored(made)["phone"] == token


def test_a_source_cannot_plant_the_token_of_somebody_else(made: Rig) -> None:
    token = made.store.token("phone", PHONE)
    made.deliver(event(attributes={"phone": token}))
    planted = stored(made)["phone"]
    assert planted != token
    assert planted == made.store.token("phone", token)


BAD_RECORDS = {
    "cut short": event(attributes={"phone": PHONE, "name": NAME})[:-2],
    "unknown field": event(customer_name=NAME),
    "number in free text": event(remark=f"请致电{PHONE}或 {EMAIL}"),
    "field that is a number": event(**{PHONE: "x"}),
    "unknown type": event(type="order.new", customer_id=PHONE, attributes={"address": ADDRESS, "email": EMAIL}),
    "unknown code": event(channel=PHONE),
    "number for text": event(customer_id=int(PHONE)),
    "declared, of another kind": event(attributes={"phone": [NAME, NAME]}),
    "attributes as a list": event(attributes=[{"name": NAME, "street": ADDRESS}]),
    "a list": json.dumps([{"name": NAME, "phone": PHONE}], ensure_ascii=False).encode(),
    "names in names": event(type="x", attributes={"to": {"name": NAME, "address": [ADDRESS, {"street": [ADDRESS]}]}}),
}


@pytest.mark.parametrize("body", BAD_RECORDS.values(), ids=BAD_RECORDS.keys())
def test_a_bad_record_hides_them_too(made: Rig, body: bytes) -> None:
    receipt = made.deliver(body)
    assert receipt.quarantined == 1
    assert_hidden(made, PHONE, NAME, EMAIL, ADDRESS)
    told = str(receipt.refusals)
    assert all(text not in told for text in (PHONE, NAME, EMAIL, ADDRESS))
    with made.database.read() as connection:
        (row,) = page(connection, QuarantineFilters(), 10)
        assert made.store.unlock(connection, row.cipher) == body, "for replay the body is whole"


def test_a_bad_row_of_a_reader_hides_them(made: Rig) -> None:
    problem = Problem(Quarantine.BAD_ROW, "phone", PHONE, f"no number: {PHONE}", "a number")
    body = json.dumps({"phone": PHONE, "name": NAME}, ensure_ascii=False).encode()
    made.deliver(received=1, bad=[BadRecord(0, body, problem)])
    assert_hidden(made, PHONE, NAME)


def test_a_reused_id_hides_them(made: Rig) -> None:
    made.load(event(event_id="1", customer_id="c-1"))
    made.load(event(event_id="1", customer_id=PHONE, attributes={"phone": PHONE, "name": NAME}))
    assert made.account().quarantined == 1
    assert_hidden(made, PHONE, NAME)
    with made.database.read() as connection:
        (row,) = page(connection, QuarantineFilters(), 10)
        whole = made.store.unlock(connection, row.cipher)
        assert connection.execute(select(quarantine.c.reason)).scalar_one() == "id_reused"
    assert whole is not None
    assert NAME.encode() not in whole, "it went through the step that hides"


def test_many_deliveries_keep_every_plain_value(made: Rig, tmp_path: Path) -> None:
    numbers = [f"139{n:08d}" for n in range(30)]
    for number in numbers:
        made.deliver(event(event_id=number[-4:], attributes={"phone": number}))
    made.restart()
    made.loader.load_all()
    tokens = [json.loads(row[0])["phone"] for row in made.rows("SELECT attributes FROM events")]
    with made.database.read() as connection:
        assert sorted(str(made.store.reveal(connection, token)) for token in tokens) == numbers


@pytest.mark.parametrize("name", ["phone", "PHONE", "userPhone", "home_address", "ip", "Contact-Email", "身份证号"])
def test_names_that_say_person(name: str) -> None:
    assert is_personal_name(name)


@pytest.mark.parametrize("name", ["product_name", "phones_sold", "campaign", "addressed", "status", "ipad", "", "microphone"])
def test_names_that_do_not(name: str) -> None:
    assert not is_personal_name(name)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"name": "A", "n": 1}', '{"name": "***", "n": 1}'),
        ('{"to": {"email": "a@b.c", "n": [1]}}', '{"to": {"email": "***", "n": [1]}}'),
        ('{"phone" : 139, "x": "name"}', '{"phone" : "***", "x": "name"}'),
        ('{"street": ["a", "b"], "x": null}', '{"street": "***", "x": null}'),
        ('{"x": 1, "name": "cut off he', '{"x": 1, "name": "***"'),
        ('{"name": "with \\" quote", "x": 1}', '{"name": "***", "x": 1}'),
        ("no JSON at all", "no JSON at all"),
        ("", ""),
    ],
)
def test_values_of_such_names_are_hidden_in_text(text: str, shown: str) -> None:
    assert hide_named(text) == shown


def test_further_names_can_be_hidden() -> None:
    assert hide_named('{"badge": "7", "n": 1}', {"badge"}) == '{"badge": "***", "n": 1}'
