"""Interviews: a few people a day in the first week of each month, with a questionnaire for each group."""

from __future__ import annotations

from typing import Final

import numpy as np

from tongguan.simulate.chance import Whole
from tongguan.simulate.clock import MINUTE, at, date_of
from tongguan.simulate.columns import Codes, Cohort, Column, Ids, Lists, Numbers, Same
from tongguan.simulate.plans import NONE
from tongguan.simulate.service import rates
from tongguan.simulate.service.staff import FIRST_AGENT, staff_count
from tongguan.simulate.telling import Script
from tongguan.simulate.world import World

GROUPS: Final = ("users", "lost", "non_users", "complainers", "staff")
_GROUP_WEIGHTS: Final = (40, 20, 16, 16, 8)
_CHANNELS: Final = ("app", "web", "wechat", "sms", "phone", "kiosk")
_CHANNEL_WEIGHTS: Final = (38, 20, 16, 8, 12, 6)
_LAST_DAY: Final = 7
_SCORED: Final = {
    "U1": (("users",), 78),
    "U2": (("users", "lost", "complainers"), 68),
    "U3": (("users",), 64),
    "P1": (("staff", "complainers"), 56),
    "S1": (("lost", "non_users"), 44),
}
"""Questions with a score from 0 to 10: whom they are put to, and the usual score in percent. U1 go on using, U2 recommend, U3 loyal,
P1 the process, S1 (of those who left) likely to return."""
_CHOICES: Final = {
    "C1": (GROUPS[:4], (("advertisement",), ("friends",), ("shop",), ("sms",), ("friends", "sms"))),
    "S2": (("users",), (("fast",), ("always_open",), ("fast", "rich"), ("habit",), ("cheap",))),
    "S3": (("users", "complainers"), (("bill", "balance"), ("top_up",), ("plan_change",), ("balance",), ("order",))),
    "U4": (("lost",), (("other_channel",), ("shop",), ("hotline",), ("other_operator",))),
    "U5": (("lost", "non_users"), (("device",), ("hard_to_use",), ("not_safe",), ("not_known",), ("too_slow",))),
}
"""Questions answered by choice: C1 source of awareness, S2 why, S3 usual services, U4 where to, U5 reasons."""


def tell_interviews(world: World, day: int, script: Script) -> None:
    """Tell the interviews of a day."""
    if date_of(day).day > _LAST_DAY:
        return
    chance, whom = world.chance("service/interviews", day), np.arange(rates.INTERVIEWS, dtype=np.int64)
    group = chance.pick("group", whom, _GROUP_WEIGHTS)
    customer = world.people.choose(chance, "who", whom)
    staff = group == GROUPS.index("staff")
    who = {name: column for name, column in world.people.columns(customer).items() if name == "region"}
    known = ~staff & (group != GROUPS.index("non_users"))
    columns: dict[str, Column] = {
        "channel": Codes(_CHANNELS, chance.pick("channel", whom, _CHANNEL_WEIGHTS)),
        **who,
        "customer_id": world.people.ids(np.where(known, customer, NONE)),
        "actor_id": Ids("agent-", np.where(staff, FIRST_AGENT + chance.below("agent", whom, staff_count(world)), NONE)),
    }
    wave: dict[str, Column] = {
        "survey": Same("monthly-interviews"),
        "wave": Same(date_of(day).strftime("%Y-%m")),
        "mode": Same("interviewer"),
        "group": Codes(GROUPS, group),
    }
    asked = Cohort(len(whom), columns)
    time = at(day, 9, 30) + whom * 50 * MINUTE + chance.below("time", whom, 10 * MINUTE)
    script.tell("survey.invited", asked, time, attributes=wave)
    agreed = chance.happens("agreed", whom, 850_000)
    script.tell("survey.declined", asked, time + MINUTE, ~agreed, attributes=wave)
    time = time + 2 * MINUTE
    for question, (groups, usual) in _SCORED.items():
        time = time + MINUTE
        score = np.clip(usual + chance.below(f"{question} more", whom, 60) - 30, 0, 100) // 10
        answer: dict[str, Column] = {
            "question": Same(question),
            "measure": Same("nps" if question == "U2" else "other"),
            "score": Numbers(score),
            "best_score": Same(10),
        }
        script.tell("survey.answered", asked, time, agreed & _in(group, groups), attributes={**wave, **answer})
    for question, (groups, choices) in _CHOICES.items():
        time = time + MINUTE
        chosen = Lists(choices, chance.below(question, whom, len(choices)))
        answer = {"question": Same(question), "measure": Same("other"), "choices": chosen}
        script.tell("survey.answered", asked, time, agreed & _in(group, groups), attributes={**wave, **answer})


def _in(group: Whole, groups: tuple[str, ...]) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return np.isin(group, [GROUPS.index(name) for name in groups])
