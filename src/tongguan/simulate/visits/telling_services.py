"""Sign-ins, services and referrals, told."""

from __future__ import annotations

from typing import Final

import numpy as np

from tongguan.simulate.chance import Chance, Quantiles
from tongguan.simulate.clock import MINUTE, SECOND
from tongguan.simulate.columns import Codes, Cohort, Column, Ids, Lists, Numbers, Same
from tongguan.simulate.plans import NONE, Visits
from tongguan.simulate.province.channels import CHANNEL_NAMES
from tongguan.simulate.telling import Script
from tongguan.simulate.visits import shown
from tongguan.simulate.visits.services import COMPLEXITIES, FAILURES, SERVICE_CLASSES, SERVICE_CODES

_TO_ANSWER: Final = Quantiles({0: 1, 50: 4, 90: 20, 100: 60}, SECOND)
_TO_FOLLOW: Final = Quantiles({0: 1, 50: 40, 90: 900, 100: 4000}, MINUTE)
_CARD_LATENCY: Final = Quantiles({0: 3, 50: 12, 90: 40, 100: 300})
_OFFERS: Final = (("app",), ("app", "wechat"), ("web", "app"))
_SELF: Final = np.array([name == "app" for name in CHANNEL_NAMES])
_COMPLETED: Final = 1
_LEFT: Final = 3
_PERSON: Final = 4


def tell_sign_ins(chance: Chance, visits: Visits, whom: Cohort, ids: Ids, script: Script) -> None:
    """Tell who tried to sign in and how it went.

    Args:
        whom: columns of the visits in ``visits.signs``, as known before the sign-in.
        ids: the customers who come out.
    """
    signs = visits.signs
    number = visits.session[signs.row]
    method = {"method": Codes(shown.METHODS, chance.pick("method", number, shown.METHOD_WEIGHTS))}
    script.tell("authentication.attempted", whom, signs.asked, attributes=method)
    why = Codes(shown.REFUSALS, chance.pick("refusal", number, shown.REFUSAL_WEIGHTS))
    script.tell("authentication.failed", whom, signs.refused, signs.refused != NONE, attributes=method, reason=why)
    script.tell("authentication.attempted", whom, signs.again, signs.again != NONE, attributes=method)
    script.tell("authentication.succeeded", whom, signs.done, signs.done != NONE, attributes=method, customer_id=ids)


def tell_services(chance: Chance, visits: Visits, whom: Cohort, script: Script) -> None:
    """Tell which services were asked for and how it went.

    Args:
        whom: columns of the visits in ``visits.asking``.
    """
    asking = visits.asking
    whom = whom.having(business_class=Codes(SERVICE_CLASSES, asking.service))
    what: dict[str, Column] = {"service": Codes(SERVICE_CODES, asking.service), "complexity": Codes(COMPLEXITIES, asking.service)}
    script.tell("service.requested", whom, asking.asked, attributes=what)
    second: dict[str, Column] = {"method": Same("sms_code"), "service": what["service"]}
    for name, times in (
        ("second_factor.requested", asking.second_asked),
        ("second_factor.failed", asking.second_refused),
        ("second_factor.passed", asking.second_passed),
        ("second_factor.left", asking.second_left),
    ):
        script.tell(name, whom, times, times != NONE, attributes=second)
    took = Numbers(asking.ended - asking.asked)
    why = Codes(FAILURES, asking.reason)
    script.tell("service.completed", whom, asking.ended, asking.served == _COMPLETED, attributes=what, duration=took)
    failed_after = Numbers(asking.failed - asking.asked)
    script.tell("service.failed", whom, asking.failed, asking.failed != NONE, attributes=what, reason=why, duration=failed_after)
    script.tell("service.left", whom, asking.ended, asking.served == _LEFT, attributes=what, reason=why)
    script.tell("service.fallen_through", whom, asking.ended, asking.served == _PERSON, attributes=what)


def tell_referrals(chance: Chance, visits: Visits, whom: Cohort, script: Script) -> None:
    """Tell who was invited to another channel after a service, and what came of it.

    Args:
        whom: columns of the visits in ``visits.asking``.
    """
    asking = visits.asking
    sub = visits.sub[asking.row]
    invited = (visits.known[asking.row] == 1) & ~_SELF[sub] & (asking.served == _COMPLETED)
    number = visits.session[asking.row]
    which = np.flatnonzero(invited & chance.happens("referred", number, shown.REFERRED))
    number, made = number[which], asking.ended[which]
    service, argument = asking.service[which], chance.pick("argument", number, (4, 3, 2, 1))
    to = np.where(np.array(CHANNEL_NAMES)[sub[which]] == "web", 1, 0)
    steering: dict[str, Column] = {
        "referral": Ids(f"R{script.name}-", number),
        "to_channel": Codes(shown.TO_CHANNELS, to),
        "service": Codes(SERVICE_CODES, service),
        "argument": Codes(shown.ARGUMENTS, argument),
    }
    some = whom.only(which)
    card = {**steering, "offers": Lists(_OFFERS, to), "latency": Numbers(chance.spread("latency", number, _CARD_LATENCY))}
    by_card = chance.happens("card", number, shown.CARD_SHOWN)
    script.tell("preference_card.shown", some, made, by_card, attributes=card)
    script.tell("referral.made", some, made, attributes=steering)
    outcome = chance.pick("follows", number, shown.FOLLOWS)
    follows = made + chance.spread("to_follow", number, _TO_FOLLOW)
    script.tell("referral.followed", some, follows, outcome == 0, attributes=steering)
    declines = made + chance.spread("to_answer", number, _TO_ANSWER)
    script.tell("referral.declined", some, declines, outcome == 1, attributes=steering)
