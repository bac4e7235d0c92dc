"""The book of regions as a file and over the HTTP interface: who may replace it, and who sees what of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.app.serving import OWNER, P1, Application, application, order
from tongguan.app.region_file import read_regions, written_regions
from tongguan.model.access import Role
from tongguan.model.regions import Region, RegionsError
from tongguan.records import audit
from tongguan.simulate.province.places import REGIONS

HEAD = "code,parent,zh,en\n"
FILE = HEAD + "P,,云岭省,Yunling\nP-01,P,云泽市,Yunze\nP-01-02,P-01,云泽城东区,Yunze East\nP-02,P,青榆市,Qingyu\n"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with application(tmp_path_factory.mktemp("regions") / "home") as found:
        yield found


def put(app: Application, text: str, status: int = 200, query: str = "", headers: dict[str, str] | None = None) -> Any:
    sent = app.send("PUT", f"/owner/regions{query}", headers=OWNER if headers is None else headers, content=text.encode())
    assert sent.status_code == status, sent.text
    return sent.json()


def codes(app: Application, headers: dict[str, str]) -> list[str]:
    return [region["code"] for region in app.send("GET", "/regions", headers=headers).json()]


def audited(app: Application) -> list[audit.AuditRow]:
    with app.installation.database.read() as connection:
        return audit.page(connection, audit.AuditFilters(action="regions.replaced"), 100)


def test_a_file_is_read_with_its_mark_blank_lines_and_quotes() -> None:
    text = '\ufeffen , zh,CODE,parent\r\n"Yunling, far",云岭省, P ,\r\n\r\nYunze,云泽市,P-01,P\r\n'
    assert read_regions(text.encode()) == [Region("P", "", "云岭省", "Yunling, far"), Region("P-01", "P", "云泽市", "Yunze")]
    assert read_regions(written_regions(REGIONS)) == list(REGIONS)


@pytest.mark.parametrize(
    ("data", "says", "valid"),
    [
        (FILE.encode("gb18030"), "line 2: byte 0x", "UTF-8"),
        (b"", "line 1: the column 'code' is missing", "code,parent,zh,en"),
        (b"code,parent,zh,en\n", "would remove the whole book", "one region a line"),
        (b"code,parent,zh\n", "line 1: the column 'en' is missing", "code,parent,zh,en"),
        (b"code,parent,zh,en,zh\n", "line 1: column 'zh' is there twice", "code,parent,zh,en"),
        (b"code,parnt,zh,en\n", "line 1: no column 'parnt'", "did you mean 'parent'"),
        ((HEAD + "P,,a\n").encode(), "line 2: 3 values: 'P,,a'", "4"),
        ((HEAD + 'P,,"a"b,c\n').encode(), "line 2: ", "double quotes"),
        ((HEAD + "\nP,,甲,A\n\nP-1,Q,乙,B\n").encode(), "line 5: parent 'Q' of 'P-1' is not in the list", "P, P-1"),
        ((HEAD + "P,P-1,甲,A\nP-1,P,乙,B\n").encode(), "line 2: parent 'P-1' of 'P' leads back", "tree"),
        ((HEAD + "P,,甲,A\nP,,乙,B\n").encode(), "line 3: code 'P' is on line 2 already", "once"),
        ((HEAD + "P" * 201 + ",,甲,A\n").encode(), "has 201 characters", "at most 200"),
    ],
)
def test_a_file_that_cannot_be_is_told_with_its_line(data: bytes, says: str, valid: str) -> None:
    with pytest.raises(RegionsError) as refused:
        read_regions(data)
    assert says in refused.value.detail and valid in refused.value.valid


def test_the_owner_replaces_the_book(app: Application) -> None:
    counts = {"added": 4, "changed": 0, "removed": 0, "unchanged": 0, "reordered": False}
    assert put(app, FILE, query="?dry_run=true") == {"regions": 4, **counts, "dry_run": True}
    assert codes(app, OWNER) == [] and audited(app) == []
    assert put(app, FILE) == {"regions": 4, **counts, "dry_run": False}
    assert codes(app, OWNER) == ["P", "P-01", "P-01-02", "P-02"]
    assert put(app, FILE) == {"regions": 4, **counts, "added": 0, "unchanged": 4, "dry_run": False}
    (row,) = audited(app)
    assert (row.user, row.object_kind, row.detail) == ("(command line)", "regions", {"regions": 4, **counts})
    assert app.send("GET", "/regions", headers=OWNER).json()[1] == {"code": "P-01", "parent": "P", "zh": "云泽市", "en": "Yunze"}


def test_what_cannot_be_changes_nothing(app: Application) -> None:
    put(app, FILE)
    refused = put(app, FILE + "P-03-01,P-03,无,None\n", 422)
    assert "line 6: parent 'P-03' of 'P-03-01' is not in the list" in refused["detail"] and "did you mean" in refused["valid"]
    assert put(app, FILE, 400, "?dry_run=maybe")["valid"] == "true, false"
    assert len(codes(app, OWNER)) == 4


def test_only_the_owner_replaces(app: Application) -> None:
    put(app, FILE)
    for headers in ({}, app.session("chief", Role.ADMIN), app.token("till", "till")):
        put(app, HEAD, 401, headers=headers)
    assert len(codes(app, OWNER)) == 4


def test_a_user_of_a_city_sees_the_city_and_what_lies_in_it(app: Application) -> None:
    put(app, FILE)
    for number, region in enumerate(("P-01", "P-01-02", "P-02")):
        app.load(order(f"r{number}", region=region, business_class="goods.handset" if number else "goods"))
    city = app.session("city", Role.DISPATCHER, P1)
    assert codes(app, city) == ["P-01", "P-01-02"]
    orders = {row["case_id"] for row in app.send("GET", "/cases/order?region=P", headers=city).json()["rows"]}
    assert orders == {"Er0", "Er1"}
    assert app.send("GET", "/cases/order?region=P-01&business_class=goods", headers=city).json()["total"] == 2
    assert app.send("GET", "/cases/order?region=P-01-02", headers=city).json()["total"] == 1
    assert app.send("GET", "/regions").status_code == 401


def test_the_province_of_the_simulator_is_a_book(app: Application) -> None:
    rows = "".join(f"{region.code},{region.parent},{region.zh},{region.en}\n" for region in REGIONS)
    assert put(app, HEAD + rows, query="?dry_run=true")["regions"] == len(REGIONS)
