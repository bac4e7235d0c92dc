"""What customers can do by self-service, on which kinds of sub-channels, and how often it fails. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tongguan.simulate.chance import Whole


@dataclass(frozen=True)
class Service:
    """Something a customer can do by self-service.

    Attributes:
        code: attribute ``service``.
        zh, en: its name.
        business_class: what it is.
        complexity: simple, middle or complex.
        share: of the requests on a kind of sub-channel that carries it.
        carried: kinds of sub-channels that carry it; see :data:`KINDS`.
        failing: share of the requests that fail on a usual day, in millionths.
        second: asks for a second proof on pages.
    """

    code: str
    zh: str
    en: str
    business_class: str
    complexity: str
    share: int
    carried: tuple[str, ...]
    failing: int
    second: bool = False


KINDS: Final = ("pages", "voice", "ask", "act", "code", "kiosk", "print", "mail", "none")
"""Kinds of sub-channels by what they can carry: pages, voice menu, SMS queries, SMS transactions, short codes and SIM menus, kiosks,
printers, e-mail, nothing."""

_ALL: Final = ("pages", "voice", "ask", "code", "kiosk", "mail")
_SMALL: Final = ("pages", "voice", "act", "code")

SERVICES: Final = (
    Service("balance", "余额查询", "Balance", "query", "simple", 240, _ALL, 8_000),
    Service("data_left", "流量查询", "Data left", "query", "simple", 200, _ALL, 9_000),
    Service("bill", "账单查询", "Bill", "query", "simple", 140, (*_ALL, "print"), 12_000),
    Service("call_details", "详单查询", "Call details", "query", "middle", 50, ("pages", "kiosk", "mail", "print"), 30_000, True),
    Service("plan_query", "套餐查询", "Plan in use", "query", "simple", 70, ("pages", "voice", "ask", "code"), 10_000),
    Service("points_query", "积分查询", "Points", "query", "simple", 40, _ALL, 10_000),
    Service("order_progress", "订单进度", "Order progress", "query", "simple", 50, ("pages", "voice", "ask"), 14_000),
    Service("puk", "PUK 码查询", "PUK code", "query", "middle", 10, ("pages", "voice", "ask"), 35_000, True),
    Service("plan_change", "套餐变更", "Plan change", "handling.plan_change", "complex", 36, ("pages", "voice", "act"), 65_000, True),
    Service("value_added_open", "增值业务开通", "Value-added service on", "handling.value_added", "simple", 46, (*_SMALL, "kiosk"), 30_000),
    Service("value_added_close", "增值业务退订", "Value-added service off", "handling.value_added", "simple", 40, _SMALL, 34_000),
    Service("call_forward", "呼叫转移", "Call forwarding", "handling.value_added", "simple", 14, _SMALL, 22_000),
    Service("roaming", "国际漫游", "Roaming abroad", "handling.value_added", "middle", 16, ("pages", "voice", "act"), 48_000),
    Service("password", "服务密码重置", "Service password", "handling", "middle", 34, ("pages", "voice", "act", "kiosk"), 55_000, True),
    Service("suspend", "停复机", "Suspend and resume", "handling", "middle", 18, ("pages", "voice", "act"), 38_000, True),
    Service("invoice", "电子发票", "Electronic invoice", "handling", "simple", 30, ("pages", "kiosk", "print", "mail"), 26_000),
    Service("broadband_fault", "宽带报障", "Broadband fault", "handling", "complex", 14, ("pages", "voice"), 90_000),
    Service("pay_bill", "交费", "Pay the bill", "payment.bill", "simple", 44, ("pages", "voice", "kiosk"), 18_000),
    Service("pay_card", "充值卡充值", "Top-up with a card", "payment.top_up", "simple", 26, ("voice", "act", "code", "kiosk"), 40_000),
)
"""Everything self-service does; generators name one by its place here."""

SERVICE_CODES: Final = tuple(service.code for service in SERVICES)
SERVICE_CLASSES: Final = tuple(service.business_class for service in SERVICES)
COMPLEXITIES: Final = tuple(service.complexity for service in SERVICES)

FAILURES: Final = ("system_error", "timeout", "not_eligible", "identity_check", "balance_too_low", "wrong_input", "second_factor")
"""Why self-service fails; the last only where the second proof was given up."""

FAILURE_WEIGHTS: Final = (24, 20, 22, 12, 10, 12, 0)

LEAVING: Final = 30_000
"""Share of the requests that are left before their end, in millionths."""

ON_TO_A_PERSON: Final = 220_000
"""Share of the failed requests after which the customer turns to a human agent, in millionths."""


def weights() -> Whole:
    """Return the share of each service on each kind of sub-channel, shape kinds × services; nothing is asked for on ``none``."""
    found = np.array([[s.share if kind in s.carried else 0 for s in SERVICES] for kind in KINDS], dtype=np.int64)
    found[-1, 0] = 1
    return found
