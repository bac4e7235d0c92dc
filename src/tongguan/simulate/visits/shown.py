"""Names that visits show: pages, words searched for, sources, entry points, ways to sign in. Data only."""

from __future__ import annotations

from typing import Final

from tongguan.simulate.chance import Quantiles
from tongguan.simulate.province.channels import SUBS
from tongguan.simulate.province.goods import PRODUCTS

PAGES: Final = ("home", "account", "shop", "bill", "offers", "help")
PATHS: Final = ("/", "/account", "/shop", "/account/bill", "/offers", "/help")
PAGE_WEIGHTS: Final = (30, 26, 18, 14, 8, 4)

ANSWER_TIME: Final = Quantiles({0: 25, 50: 140, 90: 480, 99: 2200, 100: 9000})
"""Time to answer a page, in milliseconds."""

STATUSES: Final = (200, 500)
SERVER_ERROR: Final = 2_500
"""Share of the pages answered with an error, in millionths."""

EXTRA_PAGE: Final = 110_000
"""Share of the sessions that tell a further page, in millionths: the others' pages are looked at, but not told."""

SEARCHES: Final = 35_000
"""Share of the sessions that search, in millionths."""

WORDS: Final = ("5G 套餐", "流量包", "宽带", "手机", "靓号", "话费", "国际漫游", "视频会员")
WORD_WEIGHTS: Final = (22, 18, 14, 14, 10, 10, 6, 6)
HITS: Final = Quantiles({0: 0, 10: 1, 50: 9, 90: 40, 100: 120})

END_TOLD: Final = 60_000
"""Share of the sessions whose end the channel tells, in millionths."""

RECOMMENDS: Final = 30_000
"""Share of the product pages that recommend others, in millionths."""

STEP_TOLD: Final = 60_000
"""Share of the checkouts that tell a step on their way, in millionths."""

MENU_TOLD: Final = 250_000
"""Share of the menu dialogues with a service that tell the item chosen before it, in millionths; all others do."""

ITEMS: Final = ("1", "2", "3", "4", "0", "order")
ITEM_WEIGHTS: Final = (34, 24, 18, 14, 10, 0)

SOURCES: Final = ("direct", "search", "partner", "message", "social", "campaign")
SOURCE_WEIGHTS: Final = (56, 20, 8, 8, 8, 0)

ENTRIES: Final = tuple(f"{sub.channel}/{sub.code or 'main'}{way}" for sub in SUBS for way in ("", "/former"))
"""Two entry points per sub-channel: the one that everybody should use, and a former one."""

FORMER_ENTRY: Final = 80_000
"""Share of the sessions that come in through the former entry point, in millionths."""

METHODS: Final = ("sms_code", "password", "fingerprint", "scan")
METHOD_WEIGHTS: Final = (40, 26, 24, 10)

REFUSALS: Final = ("wrong_password", "code_expired", "account_locked", "not_recognised")
REFUSAL_WEIGHTS: Final = (48, 30, 8, 14)

ARGUMENTS: Final = ("cheaper_there", "faster_there", "used_before", "data_plan")
TO_CHANNELS: Final = ("app", "wechat", "web")

REFERRED: Final = 15_000
"""Share of the service requests outside the app by known customers after which they are invited to another channel, in millionths."""

CARD_SHOWN: Final = 600_000
"""Share of the invitations that a preference card has proposed, in millionths."""

FOLLOWS: Final = (26, 30, 44)
"""Invitations that are followed, declined, forgotten."""


def similar() -> tuple[tuple[str, ...], ...]:
    """Return what is recommended beside each product: up to three others of its family, else of any."""
    found = []
    for product in PRODUCTS:
        family = product.business_class.partition(".")[0]
        near = [other.code for other in PRODUCTS if other is not product and other.business_class.partition(".")[0] == family]
        found.append(tuple(near[:3]))
    return tuple(found)
