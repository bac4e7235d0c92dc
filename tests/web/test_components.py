"""The kit's parts, drawn from their typed contexts, also where no page uses every side of them yet."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.operation import NOON, make_operation
from tongguan.model.answers import StageStatus
from tongguan.web.kit.address import Address
from tongguan.web.kit.charts import Chart, Series
from tongguan.web.kit.components import Change, Empty, Failure, KpiCard, Notice, Spark, Status
from tongguan.web.kit.faults import CAUSES, Cause, technical
from tongguan.web.kit.formats import Formats
from tongguan.web.kit.sparkline import HEIGHT, WIDTH, points
from tongguan.web.rooms.panorama.standing import WorstHour, standing, worst_hour


def draw(call: str, *, file: str = "parts", **values: object) -> str:
    """Draw one macro of ``kit/parts.html``, or of another file, in English."""
    site = make_operation(orders=0).site
    template = site.environments["en"].from_string('{% import "kit/' + file + '.html" as parts %}{{ parts.' + call + " }}")
    return template.render(fmt=Formats("en", site.settings.zone), **values)


def test_kpi_has_its_parts() -> None:
    card = KpiCard(
        name="Sales",
        value="¥1.2M",
        href="/x",
        unit="today",
        title="¥1,234,567.00",
        note="n",
        target="¥3M",
        attainment=0.4,
        pace=0.5,
        change=Change("vs yesterday", "+3.0%", "up", "yesterday: 1"),
        spark=Spark("0,1 2,3", "", "by hour"),
        status=Status.WATCH,
        status_word="Watch",
    )
    html = draw("kpi(card)", card=card)
    for part in ("Sales", "¥1.2M", "¥3M", 'width="40.0"', 'x="50.0"', "↑", "+3.0%", 'points="0,1 2,3"', "▲", "Watch", 'href="/x"'):
        assert part in html


@pytest.mark.parametrize("status", list(Status))
def test_status_is_shape_and_word(status: Status) -> None:
    html = draw("mark(status, word)", status=status, word=status.word)
    assert status.shape in html
    assert status.word in html
    assert len({s.shape for s in Status}) == len(Status)


def test_states() -> None:
    assert "cause &lt;b&gt;" in draw("empty(state)", state=Empty("title", "cause <b>", "next", "/n"))
    failed = draw("failed(f, fmt, '/again')", f=Failure("no answer", True, NOON, "r-1"))
    assert "no answer" in failed
    assert "2026-11-21 14:20:00" in failed
    assert "r-1" in failed
    assert 'href="/again"' in failed
    assert "Trying again does not help" in draw("failed(f, fmt, '/again')", f=Failure("no answer", False, None, "r-1"))
    assert draw("loading(4)").count("tg-bone") == 4
    assert 'role="status"' in draw("partial('old')")
    assert "money" in draw("denied('money')")
    assert "<li>one</li>" in draw("notice(n)", n=Notice("said", Status.BAD, ["one"]))
    assert 'role="alert"' in draw("notice(n)", n=Notice("said", Status.BAD))


def test_failure_of_a_store_is_told_in_words_and_the_rest_is_folded_without_addresses() -> None:
    message = "store 'postgresql://ops@10.1.2.3:5432/tg' at /srv/data/x.db and db-1:9000 refused; code 12:30"
    html = draw("failed(f, fmt, '/again')", f=Failure(message, True, None, "r-1", Cause.OPERATIONS_AWAY, NOON))
    shown, folded = html.split("<details")
    assert "The operational store does not answer." in shown and "asked 2026-11-21 14:20:00" in shown and "refused" not in shown
    assert "store &#39;…&#39; at … and … refused; code 12:30" in folded
    assert CAUSES.keys() == set(Cause)


@given(st.text(alphabet="/\\.:abc019- ", max_size=40))
def test_technical_texts_keep_no_path(message: str) -> None:
    assert "/ab" not in technical(f"at /ab{message}")


def test_small_parts() -> None:
    assert 'title="2026-11-21T14:20:00.000+08:00 (2026-11-21T06:20:00.000000Z)"' in draw("time(fmt, at)", at=NOON)
    assert "—" in draw("time(fmt, at)", at=None)
    assert "¥12.50" in draw("money(fmt, 1250, 'CNY')")
    assert 'data-copy="a&#34;b"' in draw("copyable(text)", text='a"b')
    assert "&lt;/script" in draw("json(value)", value={"x": "</script>"}) or "\\u003c/script" in draw(
        "json(value)", value={"x": "</script>"}
    )


def test_chart_carries_its_table_and_cannot_break_out() -> None:
    chart = Chart("k", "lines", "Title", ["00", "01"], [Series("</script><b>", "accent", [1, None])], category_title="Hour")
    html = draw("chart(chart, fmt)", chart=chart, file="charts")
    assert html.count("</script>") == 1
    assert '<td class="tg-right tg-number">—</td>' in html


@given(st.lists(st.one_of(st.none(), st.integers(0, 10**9)), max_size=24), st.integers(0, 10**9))
def test_spark_stays_in_its_box(values: list[int | None], top: int) -> None:
    highest = max([top, *(v for v in values if v is not None)])
    for pair in points(values, highest, 24).split():
        x, y = map(float, pair.split(","))
        assert 0 <= x <= WIDTH
        assert 0 <= y <= HEIGHT


def test_spark_ends_where_hours_are_to_come() -> None:
    assert points([1, 2, None, 4], 4, 24).count(",") == 2
    assert points([1], 1, 24) == ""


def test_address_keeps_state_and_drops_what_is_empty() -> None:
    address = Address("/orders", {"q": "a b", "page": "", "sort": "-sold"})
    assert str(address) == "/orders?q=a+b&sort=-sold"
    assert address.having(q="", page="2") == "/orders?page=2&sort=-sold"


def stage(volume: int, yesterday: int, week: int, failures: int = 0) -> StageStatus:
    return StageStatus("s", volume, yesterday, week, 0, failures, None, None, (), ())


def busy(failures: int, *, usual: int, in_one_hour: int = 0) -> StageStatus:
    """Return a stage of 1,000 events on each of the three days, ``in_one_hour`` of 50 in one hour failed."""
    hourly, failed = [50, *[None] * 23], [in_one_hour, *[None] * 23]
    made = stage(1000, 1000, 1000, failures)
    return replace(made, failures_yesterday=usual, failures_last_week=9 * usual, hourly=hourly, hourly_failures=failed)


@pytest.mark.parametrize(
    ("case", "status"),
    [
        (stage(0, 0, 0), Status.UNKNOWN),
        (stage(5, 29, 29), Status.UNKNOWN),
        (stage(49, 100, 200), Status.BAD),
        (stage(50, 100, 200), Status.WATCH),
        (stage(79, 100, 200), Status.WATCH),
        (stage(80, 100, 200), Status.GOOD),
        (stage(359, 100, 200), Status.GOOD),
        (stage(360, 100, 200), Status.WATCH),
        (stage(500, 29, 100), Status.GOOD),
        (stage(100, 100, 100, 4), Status.GOOD),
        (stage(100, 100, 100, 5), Status.WATCH),
        (stage(100, 100, 100, 10), Status.BAD),
        (stage(29, 0, 0, 29), Status.UNKNOWN),
        (stage(30, 0, 0, 20), Status.BAD),
        (busy(310, usual=200), Status.WATCH),
        (busy(299, usual=200), Status.GOOD),
        (busy(610, usual=200), Status.BAD),
        (busy(30, usual=20, in_one_hour=10), Status.BAD),
        (busy(30, usual=20, in_one_hour=9), Status.GOOD),
        (busy(200, usual=200, in_one_hour=24), Status.GOOD),
        (busy(200, usual=200, in_one_hour=25), Status.BAD),
    ],
)
def test_how_a_stage_stands(case: StageStatus, status: Status) -> None:
    assert standing(case).status is status


@pytest.mark.parametrize(
    ("case", "status"),
    [(stage(10, 100, 100), Status.GOOD), (stage(179, 100, 100), Status.GOOD), (stage(180, 100, 100), Status.BAD)],
)
def test_much_of_what_is_trouble_is_bad_and_little_is_not(case: StageStatus, status: Status) -> None:
    assert standing(case, burden=True).status is status


def test_the_worst_hour_is_the_one_with_the_most_failures_that_stands_out() -> None:
    volume, failures = [100, 40, 29, None], [19, 30, 29, None]
    assert worst_hour(volume, failures, 0.0) == WorstHour(1, 30, 0.75)
    assert worst_hour(volume, failures, 0.4) is None
