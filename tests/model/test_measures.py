"""What a stage may be measured by: names that exist, each once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fixtures.words import SMALL
from tongguan.model.measures import How, Measure
from tongguan.model.vocabulary import Label, Vocabulary, VocabularyError

NAME = Label("", "")
COUNT = Measure("orders", NAME, How.COUNT, ("order.created",))


def with_measures(*measures: Measure) -> Vocabulary:
    return Vocabulary(SMALL.packs, [replace(SMALL.stages[0], measures=measures)])


@pytest.mark.parametrize(
    ("measures", "message"),
    [
        ((COUNT, COUNT), "declared more than once: orders"),
        ((replace(COUNT, name="volume"),), "declared more than once: volume"),
        ((replace(COUNT, types=("order.creatd",)),), "did you mean 'order.created'"),
        ((replace(COUNT, types=()),), "looks at no event type"),
        ((replace(COUNT, how=How.DISTINCT, columns=("customer",)),), "did you mean 'customer_id'"),
        ((Measure("rate", NAME, How.SHARE, part="orders", whole="volume"),), "names 'orders'"),
        ((COUNT, Measure("rate", NAME, How.SHARE, part="orders", whole="volumes")), "did you mean 'volume'"),
    ],
)
def test_what_does_not_exist_is_refused(measures: tuple[Measure, ...], message: str) -> None:
    with pytest.raises(VocabularyError, match=message):
        with_measures(*measures)


def test_shares_may_be_taken_of_what_every_stage_has() -> None:
    rate = Measure("rate", NAME, How.SHARE, part="failures", whole="volume")
    assert with_measures(COUNT, rate).stages[0].measures == (COUNT, rate)
