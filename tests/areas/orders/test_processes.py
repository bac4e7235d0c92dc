"""Reference processes of orders: what the simulated province does follows them, and mistakes of a file are told with their line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from pathlib import Path

import pytest

from tests.simulate.orders_of_days import days_of, told_of
from tongguan.areas.packs import build_vocabulary, process_files
from tongguan.clocks.process_files import ProcessFileError, read_processes
from tongguan.model.clocks import ProcessStep, ReferenceProcess
from tongguan.simulate.world import Setting, World

VOCABULARY = build_vocabulary()
PROCESSES = [one for path in process_files(VOCABULARY) for one in read_processes(path, VOCABULARY)]
ENDS = {"completed", "delivered", "activated"}


def process_of(business_class: str) -> ReferenceProcess:
    fitting = [one for one in PROCESSES if not one.business_class or f"{business_class}.".startswith(f"{one.business_class}.")]
    return max(fitting, key=lambda one: len(one.business_class))


def follows(steps: Sequence[ProcessStep], reached: Sequence[str]) -> bool:
    """Tell whether the first times at which steps were reached are in order, and nothing that must be is missing."""
    first = {step: place for place, step in reversed(list(enumerate(reached)))}
    place = -1
    for _group, parts in groupby(enumerate(steps), key=lambda one: one[1].beside or one[0]):
        group = [step for _number, step in parts]
        if any(step.step not in first and not step.optional for step in group):
            return False
        found = [first[step.step] for step in group if step.step in first]
        if found and min(found) < place:
            return False
        place = max([place, *found])
    return True


@pytest.fixture(scope="module")
def reached() -> dict[str, list[list[str]]]:
    """What the finished orders of three days reached, by business class."""
    world = World(Setting(seed=1, first=date(2026, 9, 1), orders_per_day=600))
    events: dict[str, list[tuple[str, str]]] = defaultdict(list)
    classes: dict[str, str] = {}
    for made in days_of(world, 3):
        for event in told_of(world, made):
            milestone = VOCABULARY.event_types[event["type"]].milestones.get("order")
            if milestone and event.get("order_id"):
                events[event["order_id"]].append((event["time"], milestone))
                classes.setdefault(event["order_id"], event.get("business_class", ""))
    found: dict[str, list[list[str]]] = defaultdict(list)
    for order, entries in events.items():
        milestones = [milestone for _time, milestone in sorted(entries, key=lambda one: one[0])]
        needs_activation = "activated" in {step.step for step in process_of(classes[order]).steps}
        if "activated" in milestones if needs_activation else ENDS & set(milestones):
            found[classes[order]].append(milestones)
    return found


@pytest.mark.parametrize(
    "business_class",
    [
        "goods.number_card",
        "goods.handset",
        "goods.broadband",
        "goods.converged",
        "handling.plan_change",
        "handling.marketing_case",
        "handling.value_added",
        "handling.number_opening",
        "handling.broadband_preorder",
        "points",
        "payment.bill",
        "payment.top_up",
    ],
)
def test_finished_orders_follow_the_process_of_their_class(reached: dict[str, list[list[str]]], business_class: str) -> None:
    steps, orders = process_of(business_class).steps, reached[business_class]
    assert len(orders) >= 20
    share = sum(follows(steps, milestones) for milestones in orders) / len(orders)
    # What is missed: BOSS postings beside more steps than the drawn ones, and handsets that a shop hands over.
    assert share >= 0.6, f"{share:.0%}"
    reached_ever = {milestone for milestones in orders for milestone in milestones}
    assert {step.step for step in steps if not step.optional} <= reached_ever


def test_every_class_has_a_process_and_all_others_one() -> None:
    assert PROCESSES[0].business_class == ""
    assert {one.business_class for one in PROCESSES} >= {"handling", "goods", "points", "payment"}
    routes = [tuple(step.step for step in process_of(name).steps) for name in ("handling", "goods", "points")]
    assert len(set(routes)) == 3


HEAD = "- kind: order\n  label: {zh: 甲, en: A}\n"
STEP = "{step: paid, mode: manual, owner: order}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{HEAD}  steps: [{STEP}]".replace("order\n", "oder\n"), ":1: no case kind 'oder'; did you mean 'order'"),
        (f"{HEAD}  steps: [{STEP}]".replace("paid", "payd"), ":3: case kind 'order' has no milestone 'payd'; did you mean 'paid'"),
        (f"{HEAD}  steps: [{STEP}]".replace("manual", "robot"), ":3: a step: 'mode' is 'robot'; valid: automatic"),
        (f"{HEAD}  steps:\n  - {STEP}".replace("owner: order", "owner: oder"), ":4: no stage 'oder'; did you mean 'order'"),
        (f"{HEAD}  steps:\n  - {STEP}\n  - {STEP}", ":5: step 'paid' stands more than once"),
        (f"{HEAD}  steps: [{STEP}]\n  business_class: good", ":4: no business class 'good'; did you mean 'goods'"),
        (f"{HEAD}  steps: [{STEP}]\n" * 2, ":4: a second process of order for all other classes"),
        (f"- kind: order\n  steps: [{STEP}]", ":1: a process: 'label' is missing"),
        (f"{HEAD}  steps: []", ":3: a process needs at least one step"),
        (f"{HEAD}  step: []", ":3: a process: unknown key 'step'; did you mean 'steps'"),
        ("- kind: [", ":1: this is no YAML"),
        ("kind: order", ":1: the file must be a list"),
    ],
)
def test_mistakes_of_a_file_are_told_with_their_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "processes.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProcessFileError) as found:
        read_processes(path, VOCABULARY)
    assert f"{path}{said}" in str(found.value)


def test_an_empty_file_has_no_processes(tmp_path: Path) -> None:
    path = tmp_path / "processes.yaml"
    path.write_text("# nothing yet\n", encoding="utf-8")
    assert read_processes(path, VOCABULARY) == ()
