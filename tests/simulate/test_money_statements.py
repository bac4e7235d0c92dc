"""Statements: to the last fen what was paid, corrected by what was planted; each break where its record says; files as stated."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
import python_calamine as calamine

from tests.simulate.billing import book_of, fault, money_of, problems, told, world_with
from tongguan.simulate.clock import DAY, at
from tongguan.simulate.faults.plan import FaultKind
from tongguan.simulate.faults.plans import BREAK_CLASSES
from tongguan.simulate.money.breaks import BOSS_ONLY, CHANNEL_ONLY, NOISE, planted, wrong_amounts
from tongguan.simulate.money.lines import available, statement_id
from tongguan.simulate.money.moves import Moves
from tongguan.simulate.money.statements import StatementBook, statement_files, tell_statements
from tongguan.simulate.money.telling import tell_payments
from tongguan.simulate.money.workbook import workbook
from tongguan.simulate.province.money import PAYMENT_CODES
from tongguan.simulate.telling import Script
from tongguan.simulate.world import World

DAYS = 6
FIRST = world_with().first
BAD = FIRST + 3
"""The day on which faults plant breaks."""

OF_LINES = BREAK_CLASSES[:BOSS_ONLY]
FAULTS = [
    fault(kind.lower(), FaultKind.STATEMENT_BREAKS, 120_000, {"payment_channel": channel, "break": kind}, BAD)
    for kind, channel in zip(BREAK_CLASSES, ("wechat_pay", "alipay") * 4, strict=True)
]


@pytest.fixture(scope="module")
def world() -> World:
    return world_with(*FAULTS)


@pytest.fixture(scope="module")
def book(world: World) -> StatementBook:
    return book_of(world, DAYS, 800)


def many_moves(count: int, day: int = FIRST) -> Moves:
    rows = np.arange(count, dtype=np.int64)
    same = np.ones(count, dtype=np.int64)
    return Moves(same * day, rows, same, rows % 10, rows * 0, 100 + rows % 5000, at(day) + rows)


def test_money_is_conserved_to_the_last_fen(world: World, book: StatementBook) -> None:
    truth: Counter[tuple[str, int]] = Counter()
    for day in range(FIRST, FIRST + DAYS):
        bills, payments, refunds = money_of(world, day, 800)
        paid = np.flatnonzero(payments.paid_by >= 0)
        for bill in paid.tolist():
            truth[PAYMENT_CODES[payments.method[payments.paid_by[bill]]], int(payments.paid_time[bill]) // DAY] += int(bills.amount[bill])
        for bill, done in zip(refunds.bill.tolist(), refunds.done.tolist(), strict=True):
            truth[PAYMENT_CODES[payments.method[payments.paid_by[bill]]], done // DAY] -= int(bills.amount[bill])
    wrong = [one for day in range(FIRST, FIRST + DAYS) for one in book.breaks(day) if one.break_class in OF_LINES]
    assert {one.break_class for one in wrong} == set(OF_LINES)
    for day in range(FIRST, FIRST + DAYS):
        lines = book.lines(day)
        for place, code in enumerate(PAYMENT_CODES):
            counted = lines.only(lines.counted & (lines.channel == place))
            of_channel = [one for one in wrong if one.payment_channel == code]
            planned = sum(one.amount_difference for one in of_channel if one.day == day)
            carried = sum(-one.amount_difference for one in of_channel if one.day == day - 1 and one.break_class == "DATE_CUT")
            assert counted.amount.sum() == truth[code, day] + planned + carried, (code, day)


def test_every_break_stands_where_its_record_says(book: StatementBook) -> None:
    lines, next_lines = book.lines(BAD), book.lines(BAD + 1)
    here, there = Counter(map(str, lines.reference.tolist())), set(map(str, next_lines.reference.tolist()))
    for one in book.breaks(BAD):
        seen = {"PLATFORM_ONLY": 0, "DATE_CUT": 0, "DUPLICATE": 2}.get(one.break_class, 1)
        if one.break_class in OF_LINES:
            assert here[one.channel_reference] == seen, one
            assert (one.channel_reference in there) == (one.break_class == "DATE_CUT")
        assert one.payment_id or one.break_class == "CHANNEL_ONLY"
        assert one.amount_difference
    assert {one.fault_id for one in book.breaks(BAD)} >= {one.id for one in FAULTS}


def test_a_fault_changes_only_its_own_lines(book: StatementBook) -> None:
    usual = book_of(world_with(), DAYS, 800)
    mine = {one.channel_reference for one in book.breaks(BAD) if one.fault_id}
    rows = []
    for found in (usual.lines(BAD), book.lines(BAD)):
        columns = (found.channel, found.kind, found.status, found.amount, found.fee, found.booked, found.reference, found.key)
        rows.append(Counter(row for row in zip(*(column.tolist() for column in columns), strict=True) if str(row[6]) not in mine))
    assert rows[0] == rows[1] and sum(rows[0].values()) > 300
    for day in (BAD - 1, BAD + 2):
        assert usual.breaks(day) == book.breaks(day)


def test_noise_is_as_stated() -> None:
    world, moves = world_with(), many_moves(2_000_000)
    found = np.bincount(planted(world, moves).break_class + 1)
    assert len(found) == len(BREAK_CLASSES) + 1
    assert (abs(found[1:] - 2 * NOISE) < 50).all()
    off = wrong_amounts(world, moves.only(np.arange(10_000)))
    assert (off != 0).all() and (abs(off) <= moves.amount[:10_000] // 2 + 1).all() and 0.4 < (off > 0).mean() < 0.6


def test_a_fault_is_as_strong_as_told() -> None:
    one = fault("x", FaultKind.STATEMENT_BREAKS, 30_000, {"payment_channel": "unionpay", "break": "CHANNEL_ONLY"}, FIRST)
    moves = many_moves(300_000)
    wrong = planted(world_with(one), moves)
    hit = wrong.fault == 0
    concerned = moves.method == PAYMENT_CODES.index("unionpay")
    assert abs(hit.sum() / concerned.sum() - 0.03) < 0.003 and concerned[hit].all() and (wrong.break_class[hit] == CHANNEL_ONLY).all()


def test_boss_misses_and_invents_what_was_planted(world: World) -> None:
    bills, payments, refunds = money_of(world, BAD, 800)
    script = Script("x")
    tell_payments(world, BAD, bills, payments, refunds, script)
    events = told(script)
    paid = {event["payment_id"] for event in events if event["type"] == "payment.succeeded"}
    posted = {event["payment_id"] for event in events if event["type"] == "boss.posted"}
    own = StatementBook(world)
    own.add(BAD, bills, payments, refunds)
    records = [one for day in (BAD, BAD + 1) for one in own.breaks(day)]
    assert paid - posted == {one.payment_id for one in records if one.break_class == "BOSS_MISSING"} != set()
    assert posted - paid == {one.payment_id for one in records if one.break_class == "BOSS_ONLY"} != set()
    assert script.touched["boss_only"] == sum(one.fault_id == "boss_only" for one in records) > 0
    assert problems(events) == []


def test_what_is_told_adds_up_and_is_valid(world: World, book: StatementBook) -> None:
    script = Script("x")
    tell_statements(world, BAD, book, script)
    events = told(script)
    assert problems(events) == []
    lines = [event for event in events if event["type"] == "statement.line_recorded"]
    assert len(lines) == len(book.lines(BAD))
    for event in events:
        attributes = event["attributes"]
        if event["type"] == "statement.received":
            mine = [line for line in lines if line["attributes"]["statement"] == attributes["statement"]]
            assert (event["quantity"], event["amount"]) == (len(mine), sum(line["amount"] for line in mine))
            assert [line["attributes"]["line"] for line in mine] == list(range(1, len(mine) + 1))
            assert attributes["file"].startswith(attributes["payment_channel"]) and len(attributes["digest"]) == 64
        if event["type"] == "settlement.completed":
            mine = [line for line in lines if line["attributes"]["statement"] == attributes["statement"]]
            counted = [line for line in mine if line["attributes"]["line_status"] == "success"]
            assert event["amount"] == sum(line["amount"] - line["attributes"]["fee"] for line in counted)
    strange = [line for line in lines if "payment_id" not in line]
    assert strange and all("merchant_reference" not in line["attributes"] for line in strange)
    planted_lines = Counter(one.fault_id for one in book.breaks(BAD) if one.fault_id and one.break_class in OF_LINES)
    assert script.touched == planted_lines


def test_lines_can_be_left_to_the_files(book: StatementBook) -> None:
    silent = world_with(*FAULTS, lines_told=False)
    script = Script("x")
    tell_statements(silent, BAD, book, script)
    assert {batch.type for batch in script.batches} == {"settlement.completed"}


def test_files_are_the_same_in_every_run(world: World, book: StatementBook) -> None:
    again = book_of(world, DAYS, 800)
    for one, other in zip(statement_files(world, BAD, book), statement_files(world, BAD, again), strict=True):
        assert one == other and one.available == available(PAYMENT_CODES.index(one.payment_channel), BAD) > at(BAD + 1)
        assert statement_id(PAYMENT_CODES.index(one.payment_channel), BAD)[3:] in one.name
    assert len({file.name for file in statement_files(world, BAD, book)}) == len(PAYMENT_CODES)
    assert book.lines(BAD).counted.any() and statement_files(world, BAD, book) != statement_files(world, BAD + 1, book)


def test_later_days_do_not_change_a_statement(world: World) -> None:
    short, whole = book_of(world, 4, 200), book_of(world, DAYS, 200)
    for day in range(FIRST, FIRST + 4):
        one, other = short.lines(day), whole.lines(day)
        assert all((getattr(one, name) == getattr(other, name)).all() for name in vars(one))


def test_a_day_without_money_has_empty_statements() -> None:
    world = World(replace(world_with().setting, seed=3))
    files = statement_files(world, FIRST, StatementBook(world))
    assert len(files) == len(PAYMENT_CODES) and all(len(file.content) < 10_000 for file in files)
    script = Script("x")
    tell_statements(world, FIRST, StatementBook(world), script)
    assert {(batch.type, len(batch)) for batch in script.batches} == {("statement.received", len(PAYMENT_CODES))}


def test_a_workbook_can_be_opened(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    rows: list[list[str | int | Decimal]] = [["a", "<&>", " c "], [1, "", Decimal("-12.50")], [*map(str, range(30))]]
    path.write_bytes(workbook("表 & 1", rows))
    book = calamine.load_workbook(path)
    assert book.sheet_names == ["表 & 1"]
    found = book.get_sheet_by_index(0).to_python()
    assert found[0][:3] == ["a", "<&>", " c "] and found[1][:3] == [1, "", -12.5] and found[2][29] == "29"
