"""Pages that are not drawn anew under the pointer: they tell that there is news, and show it when asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from tongguan.web.kit.live import Part, stream
from tongguan.web.kit.visit import Panel, Visit


@dataclass(frozen=True)
class Arrived:
    """What there is by now: how many events (or rows) the page would show, and until when the data is loaded."""

    count: int
    through: datetime | None


@dataclass(frozen=True)
class NewsPart:
    """Context of the notice. ``new`` is below 0 where there is less than before."""

    panel: Panel[Arrived]
    new: int
    href: str


def news(visit: Visit, ask: Callable[[Visit], Awaitable[Arrived]]) -> Response:
    """Answer the stream of a page that includes ``kit/live_notice.html``; its address is ``/live`` and the page's own.

    Args:
        visit: of the request that opens the stream.
        ask: what there is now; a question that fails is told in the notice.

    Returns:
        A stream of ``#news`` (how much came since the page was opened, and a way to see it) and ``#through``.
    """
    counted = _Counted(visit, ask)
    return stream(visit, counted.parts, mark=counted.mark)


class _Counted:
    """Remembers how much there was at first; the browser hands it back when it connects again."""

    def __init__(self, visit: Visit, ask: Callable[[Visit], Awaitable[Arrived]]) -> None:
        known = visit.request.headers.get("last-event-id", "")
        self._first = int(known) if known.isascii() and known.isdigit() and len(known) < 19 else None
        self._ask = ask
        address = visit.request.url.path.removeprefix("/live")
        self._href = f"{address}?{visit.request.url.query}" if visit.request.url.query else address

    def mark(self) -> str:
        """Return what the browser hands back."""
        return "" if self._first is None else str(self._first)

    async def parts(self, visit: Visit) -> Sequence[Part]:
        """Draw the notice, and until when the data is loaded."""
        panel = await visit.ask(self._ask(visit))
        if panel.value is None:
            return [Part("news", visit.fragment("kit/news.html", NewsPart(panel, 0, self._href)), again=True)]
        if self._first is None:
            self._first = panel.value.count
        page = NewsPart(panel, panel.value.count - self._first, self._href)
        return [Part("news", visit.fragment("kit/news.html", page)), Part("through", visit.fragment("kit/through.html", page))]
