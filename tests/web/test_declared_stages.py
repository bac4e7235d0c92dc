"""The pages of the stages as the areas declare them, with numbers from memory: every stage, both languages, its files, its help."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.fixtures.templates import share_compiled
from tests.web.operation import Operation, make_operation
from tests.web.visitor import Visitor
from tongguan.areas.orders.pages import ROOM as ORDERS
from tongguan.areas.packs import build_vocabulary
from tongguan.model.access import Role
from tongguan.model.vocabulary import Stage
from tongguan.web.web import create_web

STAGES = build_vocabulary().stages


@pytest.fixture(scope="module")
def operation() -> Operation:
    """Return orders from memory under the vocabulary of the areas."""
    made = make_operation(orders=60)
    vocabulary = build_vocabulary()
    made.questions._vocabulary = vocabulary
    asked = (made.questions, made.accounts, made.lists, made.indicators, made.annotations)
    application = create_web(
        *asked, vocabulary, made.site.settings, [ORDERS], tasks=made.tasks, rules=made.rules, fulfilment=made.fulfilment
    )
    share_compiled(application.state.site.environments)
    return replace(made, application=application)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_every_stage_has_a_page_with_what_it_is_measured_by(operation: Operation, stage: Stage, language: str) -> None:
    visitor = Visitor.as_role(operation, Role.ADMIN, language=language)
    page = visitor.get(f"/stages/{stage.name}").text
    names = re.findall(r'class="tg-kpi-name" title="([^"]+)"', page)
    assert 1 <= len(names) <= 6
    assert len(set(names)) == len(names), "two figures of one name"
    choices = re.findall(r'measure=([a-z_0-9]+)#curve"', page)
    shares_of_failures = {one.name for one in stage.measures if (one.part, one.whole) == ("failures", "volume")}
    assert set(choices) >= {one.name for one in stage.measures} - shares_of_failures
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert visitor.get(f"/help/stages/{stage.name}").status_code == 200


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_every_curve_and_every_file_of_a_stage_answers(operation: Operation, stage: Stage) -> None:
    visitor = Visitor.as_role(operation, Role.ADMIN)
    for measure in stage.measures:
        answer = visitor.get(f"/stages/{stage.name}?measure={measure.name}&sort=-{measure.name}&day=2026-11-20")
        assert answer.status_code == 200, measure.name
    for by in stage.breakdowns:
        assert visitor.get(f"/stages/{stage.name}/by/{by}.csv").status_code == 200, by


@pytest.mark.parametrize(("stage", "name"), [("order", "average_value"), ("payment", "average_paid")])
def test_money_for_each_is_written_as_money(operation: Operation, stage: str, name: str) -> None:
    page = Visitor.as_role(operation, Role.ADMIN).get(f"/stages/{stage}?measure={name}").text
    card = page.split(f'id="kpi-{name}"')[1].split("</a>")[0] if f'id="kpi-{name}"' in page else ""
    assert name != "average_value" or re.search(r"[¥][0-9]", card), "no money on the card"
    curve = page.split('id="curve"')[1].split("</section>")[0]
    assert "¥" in curve and "%" not in curve.split("<table")[1].split("</table>")[0]
