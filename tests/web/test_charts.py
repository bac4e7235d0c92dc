"""Charts, cards and tiles from their contexts: every kind, empty, huge, negative, hostile; what the browser gets equals the table."""

from __future__ import annotations

import itertools
import json
import math
import re
from dataclasses import replace
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.operation import make_operation
from tests.web.test_components import draw
from tongguan.web.kit.charts import Chart, Form, HeatCell, HeatMap, Mark, RegionGrid, RegionTile, Series, Value
from tongguan.web.kit.colours import TOKENS, channel_colour, colour_at
from tongguan.web.kit.components import KpiCard, Spark, Status
from tongguan.web.kit.formats import Formats
from tongguan.web.kit.site import STATIC
from tongguan.web.kit.sparkline import HEIGHT, WIDTH, parted, pieces

VALUES: list[Value] = [None, 0, -5, 12, 1.5, 10**15, -(10**15)]


def fmt() -> Formats:
    return Formats("en", make_operation(orders=0).site.settings.zone)


def data_of(html: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json">(.*?)</script>', html, re.S)
    assert found
    loaded: dict[str, object] = json.loads(found[1])
    return loaded


def cells_of(html: str) -> list[list[str]]:
    body = html.split("<tbody>")[1]
    return [
        [unescape(re.sub(r"<[^>]+>", "", cell)) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", body)
    ]


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("kind", ["lines", "bars", "stacked"])
def test_the_table_of_a_chart_holds_its_values(kind: str, form: Form) -> None:
    currency = "CNY" if form is Form.MONEY else ""
    names = [str(place) for place in range(len(VALUES))]
    chart = Chart("k", kind, "Title", names, [Series("a", "c1", VALUES), Series("b", "grey", VALUES[::-1], "compare")], "X", form, currency)
    html = draw("chart(chart, fmt)", file="charts", chart=chart)
    drawn = data_of(html)
    assert drawn["kind"] == kind
    assert drawn["form"] == [form.full, form.short]
    series = drawn["series"]
    assert isinstance(series, list)
    for place, row in enumerate(cells_of(html)):
        assert row == [names[place], *(form.write(fmt(), one["values"][place], currency) for one in series)]
    assert 'role="img"' in html
    assert "hx-morph-skip" in html


def test_a_chart_without_values_says_so_and_draws_nothing() -> None:
    html = draw("chart(chart, fmt)", file="charts", chart=Chart("k", "lines", "T", ["0"], [Series("a", "c1", [None])]))
    assert "data-chart" not in html
    assert "Nothing was there to measure" in html
    empty = draw("heat(chart, fmt)", file="charts", chart=HeatMap("k", "T", ["d"], ["00"], [[HeatCell(None)]]))
    assert "data-chart" not in empty
    assert "<canvas" not in empty


def test_a_heat_map_gives_cells_with_a_value_their_place_address_and_title() -> None:
    cells = [[HeatCell(0.5, "/x?hour=0&day=1", "1 of 2"), HeatCell(None, "/never")], [HeatCell(None), HeatCell(0, "", "")]]
    chart = HeatMap("k", "T", ["</script>", "d2"], ["00", "01"], cells, "Day", Form.RATE)
    html = draw("heat(chart, fmt)", file="charts", chart=chart)
    assert data_of(html)["cells"] == [[0, 0, 0.5, "/x?hour=0&day=1", "1 of 2"], [1, 1, 0, "", ""]]
    assert cells_of(html) == [["</script>", "50.0%", "—"], ["d2", "—", "0.0%"]]
    assert 'href="/x?hour=0&amp;day=1"' in html
    assert "/never" not in html
    assert html.count("</script>") == 1


def test_regions_are_links_with_shape_and_word_and_the_rest_is_none() -> None:
    tile = RegionTile("Nanning <b>", "7.1%", Status.BAD, "Abnormal", href="/s?by=region", chosen=True)
    html = draw(
        "regions(grid)", file="charts", grid=RegionGrid("r", "Regions", [tile, replace(tile, label="others", href="", chosen=False)])
    )
    assert html.count("<a ") == 1
    assert "Nanning &lt;b&gt;" in html
    assert html.count("■") == 2
    assert html.count('aria-current="true"') == 1


def test_a_card_with_too_little_behind_it_shows_no_status() -> None:
    card = KpiCard(name="Share", value="8.3%", href="/x", status=Status.BAD, status_word="Abnormal", thin="too few: n=12")
    html = draw("kpi(card)", card=card)
    assert "tg-thin" in html
    assert "too few: n=12" in html
    assert "Abnormal" not in html
    assert "Abnormal" in draw("kpi(card)", card=replace(card, thin=""))


def test_a_line_with_gaps_is_drawn_in_pieces() -> None:
    assert [piece.count(",") for piece in pieces([1, 2, None, 3, None, None, 4, 5], 5, 8)] == [2, 2, 2]
    html = draw("spark(s)", s=Spark("", "", "by hour", pieces([1, 2, None, 3], 3, 4)))
    assert html.count("<polyline") == 2
    assert pieces([None, None], 1, 2) == []


@pytest.mark.parametrize(
    ("values", "unfinished", "whole", "part"),
    [
        ([1, 2, 3], None, [3], 0),
        ([1, 2, 3], 2, [2], 2),
        ([1, 2, None, 3], 3, [2], 2),
        ([1, 2, 3, None], 2, [2], 2),
        ([1, None], 1, [2], 0),
        ([4], 0, [], 2),
        ([1, 2], 5, [2], 0),
    ],
)
def test_the_way_to_what_is_not_over_is_a_piece_of_its_own(
    values: list[int | None], unfinished: int | None, whole: list[int], part: int
) -> None:
    pieces_, last = parted(values, 5, 8, unfinished)
    assert [piece.count(",") for piece in pieces_] == whole
    assert last.count(",") == part
    html = draw("spark(s)", s=Spark("", "", "by hour", pieces_, part=last))
    assert html.count("tg-spark-part") == bool(last)


@given(st.lists(st.one_of(st.none(), st.integers(-(10**12), 10**12), st.floats(-1e12, 1e12)), max_size=30), st.floats(-1, 1e12))
def test_pieces_stay_in_their_box(values: list[int | float | None], top: float) -> None:
    for pair in " ".join(pieces(values, top, max(len(values), 2))).split():
        x, y = map(float, pair.split(","))
        assert 0 <= x <= WIDTH
        assert 0 <= y <= HEIGHT


def test_every_channel_has_a_colour_of_its_own_and_always_the_same() -> None:
    channels = ("phone", "web", "app", "sms", "kiosk", "wechat", "shop", "hall")
    assert {channel_colour(one) for one in channels} == set(TOKENS)
    assert channel_colour("fax") == channel_colour("fax")
    assert channel_colour("") in TOKENS
    assert [colour_at(place) for place in (0, 8)] == ["c1", "c1"]


def tokens(theme: str) -> dict[str, str]:
    css = (STATIC / "css" / "tongguan.css").read_text("utf-8")
    block = css.split('[data-bs-theme="dark"] {')[1].split("}")[0] if theme == "dark" else css.split(":root {")[1].split("}")[0]
    return dict(re.findall(r"--tg-([a-z0-9-]+): (#[0-9a-f]{6})", block))


def linear(colour: str) -> tuple[float, float, float]:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return red, green, blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.1, 1.4.3."""
    low, high = sorted(0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (linear(one), linear(other)))
    return (high + 0.05) / (low + 0.05)


# Machado, Oliveira, Fernandes 2009, severity 1: normal, protan, deutan, tritan.
SIGHTS = (
    ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
)


def oklab(rgb: list[float]) -> tuple[float, float, float]:
    """Ottosson 2020."""
    r, g, b = (min(max(c, 0.0), 1.0) for c in rgb)
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    middle = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_of_series_are_seen_and_told_apart_also_by_the_colour_blind(theme: str) -> None:
    known = tokens(theme)
    surface = known["surface"]
    for name in (*TOKENS, "grey", "accent", "bad"):
        assert contrast(known[name], surface) >= 3, name
    for sight in SIGHTS:
        seen = [oklab([sum(a * b for a, b in zip(row, linear(known[name]), strict=True)) for row in sight]) for name in TOKENS]
        assert min(math.dist(one, other) for one, other in itertools.combinations(seen, 2)) > 0.1


@pytest.mark.parametrize("kind", ["lines", "bars", "stacked"])
def test_marks_are_a_column_of_the_table(kind: str) -> None:
    names = ["a", "b", "c"]
    marks = [Mark("1", 0, 1, "</script><b>outage</b>", "#x"), Mark("A", 1, 1, "unlike", ring=True)]
    chart = Chart("k", kind, "Title", names, [Series("s", "c1", [1, None, 3])], "X", marks=marks)
    html = draw("chart(chart, fmt)", file="charts", chart=chart)
    assert [row[-1] for row in cells_of(html)] == ["1 </script><b>outage</b>", "1 </script><b>outage</b>; A unlike", ""]
    assert data_of(html)["marks"] == [vars(mark) for mark in marks]
    assert "<b>" not in html
    assert "Notes" not in draw("chart(chart, fmt)", file="charts", chart=replace(chart, marks=()))
