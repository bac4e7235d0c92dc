"""What is usual at the service desk: volumes, shares in millionths, spans of time, trees of causes."""

from __future__ import annotations

from typing import Final

from tongguan.simulate.chance import Quantiles
from tongguan.simulate.clock import HOUR, MINUTE, SECOND
from tongguan.simulate.province.channels import place_of

HOTLINE: Final = place_of("phone", "agent")
OUTBOUND: Final = place_of("phone", "outbound")

GENERAL_CALLS: Final = 430
"""Calls per 1,000 orders without a cause that the simulator knows."""
GENERAL_CHATS: Final = 180
"""Chats per 1,000 orders of the same sort."""
HISTORICAL_CALLS: Final = 3_100
"""Calls per 1,000 orders without a known cause in the early year, when the phone was the channel."""

FALLEN_CALLING: Final = 700_000
"""Of the visits that asked for a person, so many wait until they get one at the desk; the others give it up for this time."""
LATE_ASKING: Final = 220_000
"""Of the late orders, so many customers ask where it is."""
FAILED_ASKING: Final = 90_000
"""Of the failed attempts to pay, so many customers ask why."""
GUIDED: Final = 40_000
"""Of the orders on web, app and WeChat, so many follow a chat with a shopping guide."""
SERVICE_TO_SALES: Final = 15_000
"""Of all orders with a session, so many follow a contact that was about something else."""
CHAT_GUIDE: Final = 300_000
"""Of the chats without a known cause, so many ask what to buy."""
CHAT_ANONYMOUS: Final = 250_000
"""Of the chats without a known cause, so many customers did not sign in."""

SKILLS: Final = ("general", "order", "bill", "broadband", "complaint")
KINDS: Final = ("service", "guide", "complaint", "follow_up", "reminder")
TOPICS: Final = (
    *("balance", "plan", "value_added", "password", "points"),
    *("order_status", "payment", "activation", "offer"),
    *("bill", "invoice", "refund"),
    *("broadband_fault", "broadband_move"),
    *("dissatisfied", "visit_after_service"),
)
TOPIC_SKILL: Final = (0, 0, 0, 0, 0, 1, 1, 1, 0, 2, 2, 2, 3, 3, 4, 4)
"""Place in :data:`SKILLS` per topic."""
TOPIC_WEIGHTS: Final = (90, 120, 60, 40, 30, 110, 50, 60, 30, 150, 50, 50, 110, 50, 0, 0)
"""How often a contact without a known cause is about each."""
CHAT_SUBS: Final = (
    (place_of("app", "app"), 40),
    (place_of("web", "province_site"), 25),
    (place_of("wechat", "official_account"), 20),
    (place_of("wechat", "mini_program"), 15),
)
"""Where chats begin, and how often."""

TALK: Final = Quantiles({0: 15, 10: 55, 25: 105, 50: 180, 75: 290, 95: 640, 100: 1400}, SECOND)
WRAP: Final = Quantiles({0: 4, 50: 22, 90: 70, 100: 240}, SECOND)
CHAT: Final = Quantiles({0: 50, 25: 180, 50: 320, 75: 540, 95: 960, 100: 1400}, SECOND)
PATIENCE: Final = Quantiles({0: 8, 10: 25, 40: 70, 70: 140, 92: 300, 100: 700}, SECOND)
"""How long somebody waits for an agent before leaving."""
LATER_WAIT: Final = Quantiles({0: 1, 70: 6, 87: 19, 94: 45, 98: 110, 100: 420}, SECOND)
"""The wait of contacts that come on a later day than their cause: their queue is not simulated, its usual waits are drawn."""
WRAPPED: Final = 380_000
"""So many calls leave work for the agent afterwards."""
TRANSFERRED: Final = 25_000
"""So many answered contacts go to another queue."""
RATED: Final = 350_000
"""So many answered contacts are rated by the customer."""
SOLVED: Final = 905_000
"""So many answered contacts are solved, as the agent says."""
CONTACT_SCORES: Final = (2, 2, 6, 24, 66)
"""How often a contact that was solved gets each score, 1 to 5."""
UNSOLVED_SCORES: Final = (16, 16, 24, 26, 18)
SEARCHED: Final = 70_000
"""In so many answered contacts the agent searches the knowledge base."""
ARTICLES: Final = 240
"""So many articles there are; the first are used most."""

# Tickets.
BASE_COMPLAINTS: Final = 5_500
"""Complaints about nothing that the simulator knows, in millionths of the usual orders of a day."""
OTHER_TICKETS: Final = 18_000
"""Requests, faults, suggestions, inquiries, in millionths of the usual orders of a day."""
LATE_COMPLAINING: Final = ((0, 20_000), (12 * HOUR, 45_000), (48 * HOUR, 110_000))
"""From so many milliseconds of delay on, such a share of the customers complains."""
UNPAID_COMPLAINING: Final = 12_000
"""Of the failed attempts to pay."""
RETURN_COMPLAINING: Final = 45_000
"""Of the customers who want to give something back."""
PRICE_COMPLAINING: Final = 40_000
"""Of the orders at a price that is not the list's."""
ANY_ORDER_COMPLAINING: Final = 2_200
"""Of all orders, for what cannot be seen from here."""
BURST_SPAN: Final = 12 * HOUR
"""A burst reaches the told multiple of a day's orders within so long; a shorter one has its part of it."""
BY_CALL: Final = 620_000
"""So many tickets are taken in a contact; the others are written on a page."""
DUE: Final = 48 * HOUR
"""Promise of a ticket."""
RESPONSE: Final = Quantiles({0: 1, 30: 6, 60: 14, 82: 27, 93: 50, 98: 110, 100: 420}, MINUTE)
"""From taking to the first answer, at work."""
MENDING: Final = Quantiles({0: 0.3, 30: 3, 60: 9, 80: 19, 91: 30, 96: 45, 99: 90, 100: 220}, HOUR)
"""From the first answer to the end."""
CLOSING: Final = Quantiles({0: 0.2, 50: 8, 90: 40, 100: 72}, HOUR)
TICKET_HOURS: Final = (8, 22)
"""Between these hours somebody works on tickets."""
HANDLERS: Final = 9
"""Handlers of tickets per 1,000 orders of a usual day."""

TICKET_KINDS: Final = ("complaint", "request", "fault", "suggestion", "inquiry")
CATEGORIES: Final = (
    *("delivery.late", "payment.charged_no_order", "return.refund_slow", "price.mismatch", "activation.failed", "goods.quality"),
    *("bill.disputed", "network.slow", "marketing.harassment", "value_added.unasked", "service.attitude"),
    *("invoice.copy", "address.change", "plan.cancel", "refund.progress", "installation.date"),
    *("network.broken", "broadband.down", "signal.weak"),
    *("app.design", "plan.wish", "menu.order"),
    *("plan.rules", "points.rules", "coverage"),
)
LATE, CHARGED, REFUND, PRICE, ACTIVATION, QUALITY = range(6)
BASE_CATEGORIES: Final = ((6, 30), (7, 22), (8, 18), (9, 22), (10, 8))
"""What complaints without a known cause are about."""
OTHER_CATEGORIES: Final = (
    *((1, 11, 16), (1, 12, 10), (1, 13, 12), (1, 14, 10), (1, 15, 8)),
    *((2, 7, 8), (2, 16, 5), (2, 17, 12), (2, 18, 4)),
    *((3, 19, 3), (3, 20, 2), (3, 21, 1)),
    *((4, 22, 14), (4, 23, 6), (4, 24, 5)),
)
"""Kind, category and how often, of tickets that are no complaints."""
RESULTS: Final = ("explained", "mended", "refunded", "compensated", "withdrawn")
RESULT_WEIGHTS: Final = (44, 32, 10, 8, 6)
UPHELD: Final = 560_000
REJECTED: Final = 20_000
MOVED: Final = 170_000
WAITED: Final = 90_000
HELD: Final = 50_000
URGED: Final = (30_000, 330_000)
"""Shares that are urged: of those done within a day, of the others."""
ESCALATED: Final = (10_000, 150_000)
REOPENED: Final = 28_000
HOLD_REASONS: Final = ("waiting_for_department", "waiting_for_parts", "waiting_for_carrier")
REJECT_REASONS: Final = ("not_ours", "twice", "no_case")
UNITS: Final = ("billing", "logistics", "network", "products", "city_branch")

# Follow-ups and reminders.
FOLLOWED: Final = 300_000
"""Of the resolved complaints."""
FOLLOWED_DELIVERED: Final = 6_000
"""Of the orders delivered or activated."""
REACHED: Final = 780_000
REMINDED: Final = 60_000
"""Of the bills still open when the desk looks at them."""
REMINDER_AFTER: Final = Quantiles({0: 25, 50: 50, 90: 110, 100: 180}, MINUTE)
FAILED_CALLS: Final = ("no_answer", "busy", "wrong_number", "refused")

# Surveys.
INVITED: Final = 80_000
"""Of the orders, at one touchpoint each."""
INVITED_CONTACTS: Final = 30_000
INVITED_TICKETS: Final = 300_000
INVITED_SERVICES: Final = {"sms": 180_000, "kiosk": 60_000, "phone": 20_000}
"""Of self-services that were completed, by channel; :data:`INVITED_OTHERS` elsewhere."""
INVITED_OTHERS: Final = 4_000
ANSWERING: Final = 300_000
DECLINING: Final = 40_000
GOOD: Final = 905_000
"""So many answers are good ones."""
GOOD_LATE: Final = 520_000
"""The same after a late order or a complaint."""
INTERVIEWS: Final = 9
"""Interviews on each of the first seven days of a month."""
