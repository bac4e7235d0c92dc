"""Which sub-channels people of each age like, so that all of them together use each as much as the profile says."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from tongguan.simulate.chance import Chance, Whole
from tongguan.simulate.people import AGES
from tongguan.simulate.province.channels import SUBS, Profile, visit_weights
from tongguan.simulate.world import World

FAITHFUL: Final = 700_000
"""Share of the visits that customers pay to their favourite sub-channel, in millionths; the others go where their age goes."""

_AGE_SHARES: Final = (40, 42, 18)
"""Percent of the customers per place in ``people.AGES``."""

_LIKING: Final = {
    "app": (130, 100, 40),
    "web": (100, 115, 60),
    "wechat": (115, 105, 60),
    "sms": (30, 90, 280),
    "phone": (36, 90, 270),
    "kiosk": (60, 105, 180),
}
"""How much each age likes a channel, in percent of all; a sub-channel of :data:`_LIKING_SUB` goes before."""

_LIKING_SUB: Final = {"wap": (50, 120, 160), "ussd": (40, 100, 230), "sim_menu": (40, 100, 230), "email": (50, 160, 70)}

_ROUNDS: Final = 24
_PARTS: Final = 10_000


@cache
def habits(profile: Profile) -> Whole:
    """Return how the visits of each age spread over the sub-channels, shape ages × ``channels.SUBS``.

    The likings are bent in turns until each age has its share of the visits and each sub-channel the weight of the profile.
    """
    weights = np.array(visit_weights(profile), dtype=np.int64)
    by_sub = weights * _PARTS
    by_age = np.array(_AGE_SHARES, dtype=np.int64) * int(by_sub.sum()) // 100
    likings = [_LIKING_SUB.get(sub.code) or _LIKING.get(sub.channel, (100, 100, 100)) for sub in SUBS]
    found = np.array(likings, dtype=np.int64).T * weights * (_PARTS // 100)
    for _ in range(_ROUNDS):
        found = found * (by_age // np.maximum(1, found.sum(axis=1) >> 12))[:, None] >> 12
        found = found * by_sub // np.maximum(1, found.sum(axis=0))
    assert found.shape == (len(AGES), len(SUBS))
    return found


def choose_sub(world: World, chance: Chance, number: Whole, customer: Whole, age: Whole) -> Whole:
    """Return where each visit goes: to the customer's favourite sub-channel, or to one that their age likes."""
    table = habits(world.profile)
    favourite = world.chance("habits").pick_by("favourite", customer, age, table)
    other = chance.pick_by("sub", number, age, table)
    return np.where(chance.happens("faithful", number, FAITHFUL), favourite, other)
