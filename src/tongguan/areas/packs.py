"""The one registry of packs. A new area is one folder and one line here."""

from __future__ import annotations

from typing import Final

from tongguan.areas import (
    campaigns,
    customers,
    economics,
    fulfilment,
    kiosks,
    listing,
    operations,
    orders,
    payments,
    service,
    stock,
    visits,
)
from tongguan.areas.flow import STAGES
from tongguan.model.vocabulary import Pack, Vocabulary

ALL_PACKS: Final[tuple[Pack, ...]] = (
    visits.PACK,
    listing.PACK,
    stock.PACK,
    orders.PACK,
    payments.PACK,
    fulfilment.PACK,
    service.PACK,
    customers.PACK,
    campaigns.PACK,
    kiosks.PACK,
    economics.PACK,
    operations.PACK,
)
"""Every area's pack, in the order in which documents list them."""


def build_vocabulary() -> Vocabulary:
    """Return the vocabulary of all packs and the stages of the process.

    Raises:
        VocabularyError: two packs contradict each other, or one names what nobody declares.
    """
    return Vocabulary(ALL_PACKS, STAGES)
