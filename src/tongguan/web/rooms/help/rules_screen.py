"""What is told of the pages of rules."""

from __future__ import annotations

from typing import Final

from tongguan.web.kit.texts import msg
from tongguan.web.rooms.help.screen import Screen

RULES: Final = Screen(
    "/rules",
    msg("Time limits"),
    msg("How long may a case stay at a step, by which clock, and who changed that when and why?"),
    (
        (
            msg("Most specific rule"),
            msg(
                "Of the rules that fit a case the one with the most conditions decides; of as many, the one whose class and region "
                "lie deeper. A class or a region covers all below it. A step without a rule is never late."
            ),
        ),
        (
            msg("Warning, limit, silent"),
            msg(
                "Warning and limit count from when the step was reached, in the time of the rule's calendar; pauses do not count. "
                "Silent counts day and night since the last event of the case."
            ),
        ),
        (
            msg("Draft and version"),
            msg(
                "Changes gather in a draft that only you see. Publishing makes the next version of it: what is open is "
                "planned anew, what ended stays judged by the version of its time. No version is ever overwritten."
            ),
        ),
        (
            msg("Working calendars"),
            msg(
                "Blocks of each weekday, and a table of holidays and make-up workdays. A year whose holidays are not known goes by "
                "weekdays, and pages say so where a limit reaches into it."
            ),
        ),
        (
            msg("Reference processes"),
            msg("How cases of a business class should go: who does each step, which stage answers for it, what is optional or parallel."),
        ),
    ),
)
