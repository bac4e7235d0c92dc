"""What was unlike other days, beside the flow: of the last two weeks, or of the day shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tongguan.model.answers import FlowFilter
from tongguan.model.findings import FindingFilter, Findings
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import KpiCard, Status
from tongguan.web.kit.findings import FINDINGS, FindingLine, finding_line, told_once
from tongguan.web.kit.visit import Panel, Visit
from tongguan.web.rooms.panorama.day import ShownDay

SHOWN: Final = 8
"""So many findings are told on the panorama."""


@dataclass(frozen=True)
class Lately:
    """What was found.

    Attributes:
        lines: the newest, one of each matter.
        matters: how many there are; those beyond ``lines`` are told on the page of findings only.
        known: the days asked for were looked at.
        narrowed: filters, or what the user may see, leave out what was found in other dimensions.
    """

    panel: Panel[Findings]
    lines: Sequence[FindingLine]
    matters: int
    href: str
    known: bool
    narrowed: bool


async def lately(visit: Visit, where: FlowFilter, shown: ShownDay) -> Lately:
    """Ask for what was found, and lay it out."""
    asked = FindingFilter(**vars(where), day=shown.value)
    panel = await visit.ask(visit.site.questions.findings(visit.user, asked))
    rows = told_once(panel.value.rows) if panel.value else []
    address = Address(FINDINGS, {name: value for name, value in vars(asked).items() if name != "brand"})
    found = panel.value
    lines = [finding_line(visit, row, found.watches[row.watch]) for row in rows[:SHOWN]] if found else []
    known = found is not None and bool(found.through) and (shown.today or found.since <= shown.value <= found.through)
    narrowed = any(vars(where).values()) or bool(visit.user.scope.regions or visit.user.scope.stages)
    return Lately(panel, lines, len(rows), str(address), known, narrowed)


def lately_card(visit: Visit, found: Lately, shown: ShownDay) -> KpiCard:
    """Return the key figure: how many matters, and the newest of them."""
    known = found.known
    status = Status.WATCH if found.matters else Status.GOOD if known and not found.narrowed else Status.UNKNOWN
    unknown = "" if known or found.panel.failure else visit.text("not looked at yet") if shown.today else visit.text("not looked at")
    newest = found.lines[0] if found.lines else None
    return KpiCard(
        key="lately",
        name=visit.text("Findings, two weeks") if shown.today else visit.text("Findings of the day"),
        value=visit.formats.full(found.matters if known else None),
        unit=visit.plural("matter", "matters", found.matters) if known else "",
        href=found.href,
        note=f"{newest.where} {newest.what}" if newest else visit.text("within these filters") if known and found.narrowed else unknown,
        # Of what is left out nothing is known, so nothing found is no good news.
        status=None if known and found.narrowed and not found.matters else status,
        status_word=visit.text(status.word),
    )
