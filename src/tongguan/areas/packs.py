"""The one registry of packs. A new area is one folder and one line here."""

from __future__ import annotations

from pathlib import Path
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
from tongguan.areas.orders.quality import RULES_FILE
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


def indicator_files() -> list[tuple[str, Path]]:
    """Return area and file of the indicators of every pack that has some."""
    folder = Path(__file__).parent
    found = ((pack.area, folder / pack.area / "indicators.yaml") for pack in ALL_PACKS)
    return [(area, path) for area, path in found if path.is_file()]


def flags_file(vocabulary: Vocabulary) -> Path | None:
    """Return the file of the rules that flag orders; None for a vocabulary that is not made of these packs."""
    return RULES_FILE if orders.PACK in vocabulary.packs else None


def process_files(vocabulary: Vocabulary) -> list[Path]:
    """Return the files of reference processes of those of these packs that a vocabulary is made of; they name its stages, too."""
    packs = [pack for pack in ALL_PACKS if vocabulary.stages and pack in vocabulary.packs]
    found = (Path(__file__).parent / pack.area / "processes.yaml" for pack in packs)
    return [path for path in found if path.is_file()]
