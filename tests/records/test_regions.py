"""The book of regions."""

from __future__ import annotations

import pytest

from tests.records.race import race
from tongguan.model.regions import Region, RegionsError
from tongguan.records import regions
from tongguan.records.database import Database
from tongguan.records.regions import Replaced

GX = Region("GX", "", "广西", "Guangxi")
NN = Region("GX-NN", "GX", "南宁市", "Nanning")
LZ = Region("GX-LZ", "GX", "柳州市", "Liuzhou")
CENTRE = Region("GX-NN-01", "GX-NN", "青秀区", "Qingxiu")


def test_the_book_is_replaced_as_a_whole_and_keeps_its_order(db: Database) -> None:
    with db.begin() as conn:
        assert list(regions.all(conn)) == []
        assert regions.replace(conn, [LZ, GX, CENTRE, NN]) == Replaced(4, 0, 0, 0, False)
    with db.read() as conn:
        # What a region lies in comes before it; siblings stand as they were given.
        assert list(regions.all(conn)) == [GX, LZ, NN, CENTRE]
    renamed = Region("GX-LZ", "GX", "柳州", "Liuzhou")
    with db.begin() as conn:
        assert regions.replace(conn, [GX, NN, renamed]) == Replaced(0, 1, 1, 2, True)
        assert list(regions.all(conn)) == [GX, NN, renamed]


def test_the_same_list_once_more_changes_nothing(db: Database) -> None:
    given = [GX, NN, CENTRE, LZ]
    with db.begin() as conn:
        assert regions.replace(conn, given)
        assert not regions.replace(conn, given)
        assert regions.compare(conn, [GX, LZ, NN, CENTRE]) == Replaced(0, 0, 0, 4, True)
        assert regions.compare(conn, given[:2]) == Replaced(0, 0, 2, 2, False)
        assert list(regions.all(conn)) == given, "comparing changed something"
        assert regions.replace(conn, []) == Replaced(0, 0, 4, 0, False)


def test_a_list_that_cannot_be_changes_nothing(db: Database) -> None:
    with db.begin() as conn:
        regions.replace(conn, [GX, NN])
        with pytest.raises(RegionsError, match="line 2: parent 'GX-NX' of 'GX-NN-01' is not in the list"):
            regions.replace(conn, [GX, Region("GX-NN-01", "GX-NX", "青秀区", "Qingxiu")])
        assert list(regions.all(conn)) == [GX, NN]


def test_more_regions_than_a_statement_has_parameters(db: Database) -> None:
    many = [GX, *(Region(f"GX-{n:04}", "GX", f"第{n}市", f"City {n}") for n in range(3000))]
    with db.begin() as conn:
        assert regions.replace(conn, many).added == 3001
        assert regions.replace(conn, many[:2]).removed == 2999
        assert list(regions.all(conn)) == many[:2]


def test_two_replacements_at_once_leave_one_list(db: Database) -> None:
    lists = [[GX, NN, CENTRE], [GX, LZ]]

    def put(number: int) -> None:
        with db.begin() as conn:
            regions.replace(conn, lists[number % 2])

    race(put, 4)
    with db.read() as conn:
        assert list(regions.all(conn)) in lists
