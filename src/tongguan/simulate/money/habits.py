"""How customers pay: where they can pay what, how long they take, how often they try again. Data only; shares in millionths."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from tongguan.simulate.chance import Quantiles, Whole
from tongguan.simulate.clock import HOUR, MINUTE, SECOND
from tongguan.simulate.province.channels import SUBS
from tongguan.simulate.province.money import PAYMENT_CHANNELS, PAYMENT_CODES

REASONS: Final = ("balance", "bank_refused", "channel_timeout", "wrong_password", "risk_control")
"""Why an attempt fails."""

REASON_WEIGHTS: Final = (34, 15, 19, 22, 10)
"""How often each of :data:`REASONS` comes on a usual day."""

OUTAGE_WEIGHTS: Final = (0, 6, 92, 0, 2)
"""How often each of :data:`REASONS` comes for what an outage makes fail."""

ATTEMPTS: Final = 3
"""Nobody tries more often."""

NEVER_TRIED: Final = 18_000
"""Share of the customers who never try."""

EXPIRES: Final = 2 * HOUR
"""A bill runs out so long after it was asked for."""

AGAIN: Final = (820_000, 600_000)
"""Share who try again after the first, after the second failure."""

SWITCHED: Final = (350_000, 1_000_000)
"""Share of those who try again who take another way to pay, after the first, after the second failure; where there is one."""

WALKED_OFF: Final = 400_000
"""Share of those who try no more who call it off themselves; the others let it run out."""

THINKING: Final = Quantiles({0: 2, 50: 14, 90: 80, 98: 600, 99.5: 2700, 100: 5400}, SECOND)
"""From being asked to the first attempt."""

PAUSE: Final = Quantiles({0: 2, 50: 14, 90: 100, 100: 400}, SECOND)
"""From a failure to asking once more, and from deciding against it to calling it off."""

RESUMING: Final = Quantiles({0: 1, 50: 5, 100: 40}, SECOND)
"""From asking once more to the attempt."""

LATENCY: Final = Quantiles({0: 500, 50: 2400, 90: 6500, 99: 15_000, 100: 19_000})
"""What an attempt takes."""

TIMED_OUT: Final = Quantiles({0: 20, 100: 30}, SECOND)
"""What an attempt takes in an outage."""

CARD: Final = {"wechat_pay": 560_000, "alipay": 420_000, "unionpay": 1_000_000, "operator_wallet": 120_000}
"""Share of the attempts behind which a bank's card is."""

REFUND_HANDLING: Final = Quantiles({0: 1, 50: 20, 90: 300, 100: 1400}, MINUTE)
"""From asking for a refund to handing it to the payment channel."""

REFUND_TIME: Final = Quantiles({0: 10, 20: 40, 50: 90, 90: 170, 100: 330})
"""What the payment channel then takes, in percent of its usual days."""

_AT_TILL: Final = {"cash": 46, "wechat_pay": 28, "alipay": 22, "unionpay": 4}
_AT_KIOSK: Final = {"cash": 38, "wechat_pay": 34, "alipay": 26, "unionpay": 2}
_IN_WECHAT: Final = {"wechat_pay": 88, "alipay": 2, "unionpay": 4, "operator_wallet": 6}


@cache
def choices() -> Whole:
    """Return how customers of each sub-channel choose: weights, shape (sub-channels, payment channels)."""
    anywhere = {channel.code: channel.weight for channel in PAYMENT_CHANNELS}
    by_channel = {"hall": _AT_TILL, "kiosk": _AT_KIOSK, "wechat": _IN_WECHAT}
    rows = [{sub.code: 1} if sub.channel == "shop" else by_channel.get(sub.channel, anywhere) for sub in SUBS]
    return np.array([[row.get(code, 0) for code in PAYMENT_CODES] for row in rows], dtype=np.int64)


@cache
def other_choices() -> Whole:
    """Return how they choose another way than they had: weights, shape (sub-channels × payment channels, payment channels).

    The row is ``sub × payment channels + the way they had``; who has no other way keeps theirs.
    """
    count = len(PAYMENT_CODES)
    same = np.eye(count, dtype=np.int64)
    others = choices()[:, None, :] * (1 - same)[None, :, :]
    kept = np.where(others.sum(axis=2, keepdims=True) == 0, same[None, :, :], others)
    return kept.reshape(-1, count)
