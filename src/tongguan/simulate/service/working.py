"""What is told of the agents: shifts with breaks, training, rewards, suggestions."""

from __future__ import annotations

from typing import Final

import numpy as np

from tongguan.simulate.chance import MILLION
from tongguan.simulate.clock import DAY, HOUR, MINUTE, SECOND, at, in_hours, weekday
from tongguan.simulate.columns import Codes, Cohort, Column, Ids, Numbers, Same
from tongguan.simulate.plans import NONE
from tongguan.simulate.service.contacts import Contacts
from tongguan.simulate.service.staff import BREAKS, FIRST_AGENT, POOLS, SHIFTS, Duty, busy_until, staff_count
from tongguan.simulate.telling import Script
from tongguan.simulate.world import World

UNIT: Final = "service_desk"
_BREAK_REASONS: Final = ("rest", "meal")
_TRAINED: Final = 12_000
"""Share of the agents who are trained on a working day, in millionths."""
_REWARDED: Final = 3
_REWARD: Final = 20_000
"""Fen, for the first; the others get less."""
_SUGGESTIONS: Final = 600_000
"""Suggestions on a working day, in millionths."""
_COURSES: Final = ("new_plans", "complaints", "broadband", "guide_skills", "privacy")
_TOPICS: Final = ("menu", "page", "delivery", "policy", "bill")
_DEPARTMENTS: Final = ("product", "logistics", "billing", "app_team", "city_branch")


def tell_shifts(world: World, day: int, duties: list[Duty], contacts: Contacts, script: Script) -> None:
    """Tell the shifts that begin in a day; a break begins and a shift ends when the contact in hand is done."""
    chance = world.chance("service/shifts", day)
    agent = np.concatenate([duty.agent for duty in duties])
    start, end = (np.concatenate([getattr(duty, name) for duty in duties]) for name in ("start", "end"))
    rows = np.flatnonzero((contacts.agent != NONE) & (contacts.start < (day + 1) * DAY))
    done = (contacts.agent[rows], contacts.start[rows], contacts.free[rows])
    columns: dict[str, Column] = {"actor_id": Ids("agent-", agent)}
    whom = Cohort(len(agent), columns)
    shift = np.concatenate([duty.shift for duty in duties])
    group = np.repeat(np.arange(len(duties)), [len(duty) for duty in duties])
    about: dict[str, Column] = {
        "unit": Same(UNIT),
        "shift": Codes([name for name, _, _ in SHIFTS], shift),
        "topic": Codes([pool.code for pool in POOLS], group),
    }
    came = start - MINUTE - chance.below("early", agent, 8 * MINUTE)
    script.tell("shift.started", whom, came, attributes=about)
    rested = np.zeros(len(agent), dtype=np.int64)
    for number, (_, minutes) in enumerate(BREAKS):
        planned, resumed = (np.concatenate([getattr(duty, name)[:, number] for duty in duties]) for name in ("pauses", "resumes"))
        breaks = resumed > planned
        paused = np.minimum(busy_until(*done, agent, planned), planned + (minutes - 1) * MINUTE)
        script.tell("shift.paused", whom, paused, breaks, attributes=about, reason=Same(_BREAK_REASONS[number]))
        script.tell("shift.resumed", whom, resumed, breaks, attributes=about)
        rested += np.where(breaks, resumed - paused, 0)
    left = busy_until(*done, agent, end) + (10 + chance.below("leaves", agent, 300)) * SECOND
    script.tell("shift.ended", whom, left, attributes=about, duration=Numbers(left - came - rested))


def tell_people(world: World, day: int, script: Script) -> None:
    """Tell training, rewards and suggestions; none on weekends."""
    if weekday(day) > 4:
        return
    chance, count = world.chance("service/people", day), staff_count(world)
    everyone = np.arange(count, dtype=np.int64)
    unit: dict[str, Column] = {"unit": Same(UNIT)}
    course = Codes(_COURSES, chance.below("course", everyone, len(_COURSES)))
    time = at(day, 16) + chance.below("trained at", everyone, HOUR)
    trained = chance.happens("trained", everyone, _TRAINED)
    score = Numbers(70 + chance.below("points", everyone, 31))
    whom = Cohort(count, {"actor_id": Ids("agent-", FIRST_AGENT + everyone)})
    script.tell("training.completed", whom, time, trained, attributes={**unit, "topic": course, "score": score})
    if weekday(day) == 4:
        best = np.arange(min(_REWARDED, count), dtype=np.int64)
        # Three parts of the staff, one of each: nobody is rewarded twice a week.
        who = FIRST_AGENT + best * (count // _REWARDED) + chance.below("rewarded", best, max(1, count // _REWARDED))
        money = Numbers(_REWARD - best * 5_000)
        rewarded = Cohort(len(best), {"actor_id": Ids("agent-", who), "currency": Same("CNY")})
        why: dict[str, Column] = {**unit, "topic": Same("quality")}
        script.tell("reward.granted", rewarded, at(day, 17, 30) + best * MINUTE, attributes=why, amount=money)
    number = np.arange(chance.count("suggestions", day, _SUGGESTIONS), dtype=np.int64)
    about: dict[str, Column] = {**unit, "topic": Codes(_TOPICS, chance.below("about", number, len(_TOPICS)))}
    submitted = at(day, 10) + chance.below("submitted", number, 7 * HOUR)
    answered = in_hours(submitted + DAY + chance.below("answered", number, 9 * DAY), 9, 18, chance.below("morning", number, HOUR))
    said = Cohort(len(number), {"actor_id": Ids("agent-", FIRST_AGENT + chance.below("suggests", number, count))})
    script.tell("suggestion.submitted", said, submitted, attributes=about)
    department: dict[str, Column] = {**about, "unit": Codes(_DEPARTMENTS, chance.below("by", number, len(_DEPARTMENTS)))}
    replies = chance.happens("replies", number, MILLION * 4 // 5)
    script.tell("suggestion.answered", Cohort(len(number)), answered, replies, attributes=department)
