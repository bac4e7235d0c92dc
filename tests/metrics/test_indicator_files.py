"""Files of indicators: every way to write one, and every mistake with its line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from textwrap import dedent, indent

import pytest

from tongguan.areas.packs import build_vocabulary
from tongguan.metrics.errors import IndicatorError, RegistryError
from tongguan.metrics.load import load_indicators
from tongguan.metrics.registry import Registry
from tongguan.model.access import EVERYTHING, Level, Scope
from tongguan.model.indicators import (
    Aggregation,
    Bad,
    Better,
    Derived,
    Follow,
    Indicator,
    IndicatorClass,
    Measured,
    Ratio,
    Rolling,
    Simple,
    Since,
    Term,
    Tier,
    ToDate,
    WatchRule,
)

WORDS = build_vocabulary()
NAMED = "label: {zh: 数, en: Number}\nmeaning: {zh: 数, en: A number.}\n"


def read(tmp_path: Path, text: str) -> list[Indicator]:
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    return load_indicators(path, WORDS, "Asia/Shanghai")


def one(tmp_path: Path, body: str, name: str = "number") -> Indicator:
    (found,) = read(tmp_path, f"{name}:\n{indent(NAMED + dedent(body).strip(), '  ')}\n")
    return found


def mistakes(tmp_path: Path, body: str) -> str:
    with pytest.raises(IndicatorError) as caught:
        one(tmp_path, body)
    return str(caught.value)


def test_all_that_an_indicator_may_say(tmp_path: Path) -> None:
    found = one(
        tmp_path,
        """
        group: operations
        tier: assessed
        unit: share
        better: up
        floor: 30
        owner: payment
        by: [payment_channel, region, district]
        part: {count: [payment.succeeded]}
        whole: {count: [payment.succeeded, payment.failed], where: channel != 'hall'}
        """,
    )
    assert found.kind == Ratio(
        Term("events", Aggregation.COUNT, types=("payment.succeeded",), time="time"),
        Term("events", Aggregation.COUNT, types=("payment.succeeded", "payment.failed"), condition="channel <> 'hall'", time="time"),
    )
    told = (found.group, found.tier, found.unit, found.better, found.floor, found.owner, found.by)
    assert told == (
        IndicatorClass.OPERATIONS,
        Tier.ASSESSED,
        Measured.SHARE,
        Better.UP,
        30,
        "payment",
        ("payment_channel", "region", "district"),
    )
    assert (found.label.zh, found.area, found.written) == ("数", "own", "own.yaml:2")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("count: [order.created]", Simple(Term("events", Aggregation.COUNT, types=("order.created",), time="time"))),
        ("count: order.created", Simple(Term("events", Aggregation.COUNT, types=("order.created",), time="time"))),
        ("{sum: amount, of: order.created}", Simple(Term("events", Aggregation.SUM, "amount", ("order.created",), time="time"))),
        (
            "{distinct: customer_id, of: order.created}",
            Simple(Term("events", Aggregation.DISTINCT, "customer_id", ("order.created",), time="time")),
        ),
        (
            "{percentile: seconds, level: 0.95, of: acceptance.manual_done}",
            Simple(Term("events", Aggregation.PERCENTILE, "duration / 1000", ("acceptance.manual_done",), time="time", level=0.95)),
        ),
        ("{cases: order, where: open}", Simple(Term("cases.order", Aggregation.COUNT, condition="open", time="first_time"))),
        ("{sum: sold, cases: order, at: last_time}", Simple(Term("cases.order", Aggregation.SUM, "sold", time="last_time"))),
        ("total: new_users", Simple(Term("totals", Aggregation.SUM, "toFloat64(value)", ("new_users",), time="period_start"))),
        (
            "{total: users, latest: true}",
            Simple(Term("totals", Aggregation.LATEST, "toFloat64(value)", ("users",), time="period_end")),
        ),
        ("formula: (a - b) / c", Derived("(a - b) / c", ("a", "b", "c"))),
        ("rolling: {of: orders, days: 28}", Rolling("orders", 28)),
        ("to_date: {of: orders, since: year}", ToDate("orders", Since.YEAR)),
    ],
)
def test_every_way_to_make_a_number(tmp_path: Path, body: str, kind: object) -> None:
    text = body[1:-1].replace(", ", "\n", 2) if body.startswith("{") else body
    assert one(tmp_path, text).kind == kind


def test_a_mean_is_a_sum_over_those_that_have_a_value(tmp_path: Path) -> None:
    kind = one(tmp_path, "mean: seconds\nof: acceptance.manual_done\nwhere: channel = 'app'").kind
    assert isinstance(kind, Ratio)
    assert (kind.part.aggregation, kind.part.value) == (Aggregation.SUM, "duration / 1000")
    assert kind.whole.condition == "(channel = 'app') AND (duration / 1000) IS NOT NULL"


def test_a_conversion_counts_what_is_followed_in_time(tmp_path: Path) -> None:
    kind = one(
        tmp_path,
        """
        part: {count: contact.ended, then: {any: payment.succeeded, by: customer_id, within: 24h, where: amount > 0}}
        whole: {count: contact.ended}
        """,
    ).kind
    assert isinstance(kind, Ratio)
    assert kind.part.then == Follow(("payment.succeeded",), ("customer_id",), timedelta(hours=24), "amount > 0")


def test_what_came_before_and_what_is_missing_are_told_by_several_columns(tmp_path: Path) -> None:
    kind = one(
        tmp_path, "count: boss.posted\nafter: {any: payment.succeeded, by: [payment_id, amount], within: 7d, strictly: true, missing: true}"
    ).kind
    assert isinstance(kind, Simple)
    assert kind.term.then == Follow(
        ("payment.succeeded",), ("payment_id", "amount"), timedelta(days=7), strictly=True, before=True, missing=True
    )


def test_an_attribute_that_is_a_day_decides_to_which_one_a_row_belongs(tmp_path: Path) -> None:
    kind = one(tmp_path, "count: statement.line_recorded\nat: statement_date").kind
    assert isinstance(kind, Simple) and kind.term.time == "statement_date"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("better: up\nwatch: {by: channel}", WatchRule("channel", Bad.DOWN)),
        ("better: down\nwatch: {by: region, least: 0.5%}", WatchRule("region", Bad.UP, 0.005)),
        ("watch: {by: channel, fewest: 3, exact: true, drift: true}", WatchRule("channel", Bad.BOTH, fewest=3, exact=True, drift=True)),
        ("better: up\nwatch: {by: channel, bad: both}", WatchRule("channel", Bad.BOTH)),
        ("better: up", None),
    ],
)
def test_an_indicator_is_watched_where_it_says_so(tmp_path: Path, text: str, rule: WatchRule | None) -> None:
    assert one(tmp_path, f"count: order.created\nowner: order\n{text}").watch == rule


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("count: order.created\nwatch: {by: channel}", "number: watch: 'owner' is missing: the stage that is told"),
        ("count: order.created\nowner: order\nwatch: {by: chanel}", "no dimension 'chanel' of all its terms; did you mean 'channel'"),
        ("count: order.created\nowner: order\nwatch: {by: channel, least: 0.1}", "'least' is a share of what is usual; valid: such as 3%"),
        ("count: order.created\nowner: order\nwatch: {by: channel, least: 0%}", "'least' is a share of what is usual; valid: such as 3%"),
        ("count: order.created\nowner: order\nwatch: {by: channel, bad: worse}", "'bad' is 'worse'; valid: both, down, up"),
        ("count: order.created\nowner: order\nwatch: {least: 3%}", "number: watch: 'by' is missing"),
        ("distinct: customer_id\nof: order.created\nowner: order\nwatch: {by: channel}", "valid for counts, sums and shares of them"),
        ("formula: a / b\nowner: order\nwatch: {by: channel}", "valid for counts, sums and shares of them"),
        ("count: order.created\nthen: {any: payment.succeeded, by: [], within: 1d}", "'by' is missing"),
        ("count: order.created\nthen: {any: payment.succeeded, by: statement_date, within: 1d}", "no column 'statement_date' in both"),
        (
            "count: order.created\nthen: {any: payment.succeeded, by: order_id, within: 1d}\n"
            "after: {any: payment.succeeded, by: order_id, within: 1d}",
            "then and after cannot stand together",
        ),
        ("count: order.created\nat: statement_date", "'at' is 'statement_date'"),
        ("count: order.created\nlasting: {any: device.connected, by: device_id}", "count and lasting cannot stand together"),
        ("lasting: {any: device.conected, by: device_id}", "no event type 'device.conected'; did you mean 'device.connected'"),
        ("lasting: {until: device.retired, by: device_id}", "number: lasting: 'any' is missing: the events that begin the state"),
        ("lasting: {any: device.connected}", "number: lasting: 'by' is missing"),
        ("lasting: {any: device.connected, by: devise_id}", "no column 'devise_id' in all; did you mean 'device_id'"),
        ("count: [order.create]", "own.yaml:2: number: no event type 'order.create'; did you mean 'order.created'"),
        ("count: [order.created]\nwhere: chanel = 'a'", "own.yaml:5: number: where: no column 'chanel'; did you mean 'channel'"),
        ("sum: sum(amount)\nof: order.created", "function 'sum' may not be used"),
        ("count: [order.created]\nwhere: file('x') = ''", "function 'file' may not be used"),
        ("count: [order.created]\nwher: x", "unknown key 'wher'; did you mean 'where'"),
        ("cases: orders", "no fact 'cases.orders'; did you mean 'cases.order'"),
        ("sum: amount", "of which event types?"),
        ("count: order.created\nsum: amount", "count and sum cannot stand together"),
        ("count: order.created\nformula: a", "count and formula cannot stand together"),
        ("part: {count: order.created}", "'whole' is missing"),
        ("count: order.created\nunit: shares", "did you mean 'share'"),
        ("count: order.created\nowner: paymant", "did you mean 'payment'"),
        ("count: order.created\nby: [carrier]", "no dimension 'carrier' of all its terms"),
        ("percentile: seconds\nlevel: 95\nof: order.created", "between 0 and 1"),
        ("rolling: {of: orders}", "'days' must be a whole number from 1 to 366"),
        ("formula: a > b", "may not stand in a formula"),
        ("count: order.created\nat: next_time", "valid: time"),
        ("count: order.created\neach: day", "'each' goes with 'distinct'"),
        ("distinct: customer_id\neach: hour\nof: order.created", "valid: , day"),
        ("count: order.created\nthen: {any: payment.succeeded, by: customer_id, within: soon}", "valid: such as 30min"),
        ("count: order.created\nthen: {any: payment.succeded, by: customer_id, within: 1h}", "did you mean 'payment.succeeded'"),
        ("count: order.created\nthen: {any: payment.succeeded, by: nobody, within: 1h}", "no column 'nobody' in both"),
        ("cases: order\nthen: {any: payment.succeeded, by: customer_id, within: 1h}", "events follow events"),
    ],
)
def test_mistakes_are_told_with_their_line(tmp_path: Path, body: str, told: str) -> None:
    found = mistakes(tmp_path, body)
    assert told in found
    assert str(tmp_path / "own.yaml:") in found


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(IndicatorError) as caught:
        read(tmp_path, "Bad name:\n  count: order.creatd\nother:\n  label: {zh: 数}\n  sum: amont\n  of: order.created\n")
    lines = {issue.line for issue in caught.value.issues}
    assert {1, 2, 4, 5} <= lines or {2, 4, 5} <= lines
    assert len(caught.value.issues) >= 6


@pytest.mark.parametrize(("text", "told"), [("a: [", "no YAML"), ("- a", "must be a section"), ("a: 1", "must be a section")])
def test_what_is_no_file_of_indicators(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(IndicatorError, match=told):
        read(tmp_path, text)


def test_an_empty_file_has_none_and_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    assert read(tmp_path, "# nothing yet\n") == []
    (tmp_path / "own.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(IndicatorError, match="not UTF-8"):
        load_indicators(tmp_path / "own.yaml", WORDS, "Asia/Shanghai")


def registry(tmp_path: Path, **bodies: str) -> Registry:
    text = "".join(f"{name}:\n{indent(NAMED + body, '  ')}\n" for name, body in bodies.items())
    return Registry(read(tmp_path, text))


def test_indicators_are_found_by_name(tmp_path: Path) -> None:
    found = registry(tmp_path, orders="count: order.created", twice="formula: orders * 2", month="to_date: {of: twice, since: month}")
    assert list(found) == ["orders", "twice", "month"]
    assert found.leaves("month") == found.leaves("orders")
    with pytest.raises(KeyError, match="did you mean 'orders'"):
        found["order"]


@pytest.mark.parametrize(
    ("bodies", "told"),
    [
        ({"aa": "formula: bb * 2"}, "aa: no indicator 'bb'"),
        ({"aa": "formula: bb * 2", "bb": "formula: aa / 2"}, "aa is made of itself: aa → bb → aa"),
        ({"aa": "rolling: {of: aa, days: 7}"}, "aa is made of itself"),
        (
            {"aa": "distinct: customer_id\nof: order.created", "bb": "rolling: {of: aa, days: 28}"},
            "bb: 'aa' has a distinct, which days do not sum up to",
        ),
        ({"aa": "total: users\nlatest: true", "bb": "to_date: {of: aa, since: month}"}, "bb: 'aa' has a latest"),
        (
            {"aa": "count: order.created", "bb": "rolling: {of: aa, days: 7}", "cc": "rolling: {of: bb, days: 7}"},
            "cc: 'bb' already runs over days",
        ),
        (
            {
                "aa": "count: order.created",
                "bb": "to_date: {of: aa, since: month}",
                "cc": "formula: bb / 2",
                "dd": "rolling: {of: cc, days: 7}",
            },
            "dd: 'bb' already runs over days",
        ),
    ],
)
def test_indicators_that_contradict_each_other(tmp_path: Path, bodies: dict[str, str], told: str) -> None:
    with pytest.raises(RegistryError) as caught:
        registry(tmp_path, **bodies)
    assert told in str(caught.value)
    assert "own.yaml:" in str(caught.value)


def test_one_name_is_declared_once(tmp_path: Path) -> None:
    some = read(tmp_path, f"orders:\n{indent(NAMED + 'count: order.created', '  ')}\n")
    with pytest.raises(RegistryError, match=r"'orders' is declared before, in own\.yaml:2"):
        Registry([*some, *some])


def test_who_sees_some_stages_sees_their_indicators(tmp_path: Path) -> None:
    found = registry(
        tmp_path,
        mine="count: order.created\nowner: order",
        theirs="count: payment.failed\nowner: payment",
        whose="count: visit.page_viewed",
    )
    assert [one.name for one in found.seen_by(EVERYTHING)] == ["mine", "theirs", "whose"]
    assert [one.name for one in found.seen_by(Scope(Level.PROVINCE, frozenset({"order"}), frozenset()))] == ["mine"]
