"""What each screen is for and what its numbers mean; pages of stages are told from what the stages declare (``stages.py``)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tongguan.web.kit.texts import msg
from tongguan.web.rooms.help.order_screens import QUALITY, RETURNS
from tongguan.web.rooms.help.rules_screen import RULES
from tongguan.web.rooms.help.screen import Screen

_COMPARED: Final = (
    msg("vs yesterday, vs last week"),
    msg(
        "The same stretch of the day, one and seven days before: at 10:20 today is compared with yesterday until 10:20. Arrows only say "
        "up or down; whether that is good depends on the stage."
    ),
)

SCREENS: Final[Mapping[str, Screen]] = MappingProxyType(
    {
        "panorama": Screen(
            "/",
            msg("Whole-process panorama"),
            msg("Is anything wrong between listing and after-sales, and where does one look first?"),
            (
                (msg("Volume today"), msg("Events of the stage since midnight in the operation's time zone.")),
                _COMPARED,
                (msg("per hour"), msg("Events of the last full hour.")),
                (msg("waiting"), msg("Cases whose latest step makes them wait for this stage, now, however old they are.")),
                (
                    msg("late, warned, paused, silent"),
                    msg(
                        "Of those: past the limit of their step, past its warning, standing still because the customer or the courier must "
                        "act, and not heard of for so long that nobody knows how they stand. Each counts once: paused before silent, "
                        "silent before late, late before warned."
                    ),
                ),
                (
                    msg("… late beside a stage"),
                    msg(
                        "At least five are late among ten or more that wait: a tenth of them late is to be watched, three tenths are "
                        "abnormal. Fewer late ones are counted but not marked."
                    ),
                ),
                (
                    msg("channel and hour beside a stage"),
                    msg(
                        "In that hour at least ten, and a fifth, of the channel's events failed, two and a half times its usual share, "
                        "although the total of all channels may look well."
                    ),
                ),
                (msg("longest"), msg("How long the oldest of them has waited since its latest step.")),
                (
                    msg("What stood out in the last two weeks"),
                    msg(
                        "Numbers of days that are over which were unlike other days, the newest first; with filters what was found in them."
                    ),
                ),
                (msg("Halls"), msg("How every hall stands now, and its first problem; the page of halls tells more.")),
                (
                    msg("Worst hour"),
                    msg("Of the day shown and the day before, the hour in which most failed beyond what is usual. It leads there."),
                ),
            ),
        ),
        "findings": Screen(
            "/findings",
            msg("Findings"),
            msg("Which numbers were unlike other days in the last two weeks, where, and by how much?"),
            (
                (
                    msg("Findings"),
                    msg(
                        "A watched number of one day in one channel, region, payment channel … beside the four weeks before it. It "
                        "stands out when it lies six spreads off, to the bad side, and by more than the smallest change worth telling. "
                        "The spread is that of other days or that of chance, whichever is larger; days that stood out are left out of it."
                    ),
                ),
                (msg("Worst day"), msg("The number on the day that stood out most; days on end are told once.")),
                (msg("Other days"), msg("The median of the days before; for counts, of the same day of the week.")),
                (
                    msg("Concerned"),
                    msg("How many events, or how much money, more or fewer than on other days, over all the days together."),
                ),
                (
                    msg("Slow change"),
                    msg("The last week differs from the week three weeks before it, although no single day stands out for it."),
                ),
                (
                    msg("Which days"),
                    msg(
                        "Days that are over. A day is looked at again when late data comes in. Seven days of history are needed, and "
                        "thirty events for a share. Numbers are of all regions together: whoever sees some regions only is told what was "
                        "found in one of theirs."
                    ),
                ),
            ),
        ),
        "explore": Screen(
            "/explore",
            msg("Explore"),
            msg("How do any indicators stand beside each other, by any dimension, over any days?"),
            (
                (
                    msg("Split by"),
                    msg("Only dimensions that all chosen indicators have. With a second one, each pair of values is a place of its own."),
                ),
                (msg("Time"), msg("Days, weeks (ISO) and months of the operation's time zone. Automatic is by day for up to 92 days.")),
                (
                    msg("Compared with"),
                    msg(
                        "The period of the same length before it, whole months with whole months; or the same days of the year before. "
                        "Shares differ in points of percent, all else in percent."
                    ),
                ),
                (
                    msg("Shown values"),
                    msg(
                        "So many with the most of the first indicator; the rest is one row. All together is counted anew, not summed up: "
                        "a customer in two channels counts once."
                    ),
                ),
                (
                    msg("Grey numbers"),
                    msg("Too few are behind them to judge. They are left out of charts where others can be drawn."),
                ),
                (
                    msg("Save view"),
                    msg("Keeps indicators, dimensions, days and filters under a name, for you or for all who see this page."),
                ),
            ),
        ),
        "orders": Screen(
            "/orders",
            msg("Orders"),
            msg("Which orders fit, how they stand, and how they leave as a file."),
            (
                (
                    msg("Find an order"),
                    msg(
                        "Any id of the order or of what belongs to it: customer, payment, package, session. The beginning of an id will do."
                    ),
                ),
                (msg("Status"), msg("The coarse state that the order is in since its latest step.")),
                (msg("Ordered"), msg("Sum of the items, or the order's own amount where no items are known.")),
                (msg("Paid"), msg("Sum of payments less refunds.")),
                (
                    msg("Promised"),
                    msg("When the customer was told that it will be there; red where that is past and the order still open."),
                ),
            ),
        ),
        "order": Screen(
            "/orders",
            msg("Story of an order"),
            msg("What happened to one order, in which order, and what took how long."),
            (
                (
                    msg("Joined and not found"),
                    msg(
                        "What a whole story would have: payment, package, session and so on. What was not found "
                        "has either not happened or not been sent."
                    ),
                ),
                (msg("Time between"), msg("The time since the event before; the longest is marked.")),
                (msg("Personal values"), msg("Stored as tokens. Showing one is a permission of its own and is written down.")),
            ),
        ),
        "quality": QUALITY,
        "returns": RETURNS,
        "waiting": Screen(
            "/waiting",
            msg("Waiting"),
            msg("What stands still now, what of it is late, and what to act on first."),
            (
                (msg("late"), msg("The limit of the step is past, or the promised time where the case has one.")),
                (msg("warned"), msg("The warning of the step is past, the limit not yet.")),
                (msg("paused"), msg("The customer or the courier must act; the limit does not count against the stage.")),
                (msg("silent"), msg("Nothing was heard of the case for so long that its state is unknown: ask its source.")),
                (msg("no limit"), msg("Nobody declared how long a case may stand at the step.")),
            ),
        ),
        "work": Screen(
            "/work",
            msg("Work"),
            msg("What is there for me to do, what of it is most urgent, and who has the rest?"),
            (
                (
                    msg("Task"),
                    msg(
                        "A case at a step that people work off. It comes into its queue by itself and is over when the case leaves the "
                        "step, whoever moved it."
                    ),
                ),
                (
                    msg("Order of the list"),
                    msg(
                        "Late before warned before the rest, the oldest first, paused last. A silent task stands where its limit puts it. "
                        "Rows stay in place while you look at them."
                    ),
                ),
                (
                    msg("Claim"),
                    msg(
                        "A claimed task is yours alone for a while. The page of the task renews the claim while you work there; after a "
                        "longer rest it runs out, and the task is back in the queue."
                    ),
                ),
                (
                    msg("Take next"),
                    msg("Claims the most urgent task that nobody has, of those that the filters leave. Who is faster leaves you the next."),
                ),
                (
                    msg("Finish, fail"),
                    msg(
                        "Ends the task and tells the order, which goes on at once. A failure needs a reason of the queue. Neither can be "
                        "taken back."
                    ),
                ),
                (
                    msg("Hand back, transfer, urge"),
                    msg(
                        "Handed back, it is anybody's. Transferred, it is a colleague's who has the skill and sees the region. Urging "
                        "counts and is told to whoever has it; the same person may urge again after ten minutes."
                    ),
                ),
                (
                    msg("Several at once"),
                    msg("Ticked rows are done one by one; the page tells of each what became of it, and who was faster."),
                ),
                (
                    msg("Skills"),
                    msg(
                        "Some queues need a skill; who lacks it sees their tasks only. Administrators give skills, whoever manages tasks "
                        "sees who has which."
                    ),
                ),
            ),
        ),
        "fulfilment": Screen(
            "/fulfilment",
            msg("Fulfilment"),
            msg("How many orders stand at each step and how, what was done on time, and which one is to be acted on first?"),
            (
                (
                    msg("Open now"),
                    msg("Orders whose latest step is this one. Every order stands at one step, and counts there once."),
                ),
                (
                    msg("■ Late, ▲ Warned, ● On time"),
                    msg("Against the limit of the step, by the newest rules: class, channel, region and tier decide which limit holds."),
                ),
                (msg("‖ Paused"), msg("The customer, the courier or another operator must act. The limit waits.")),
                (msg("◇ Silent"), msg("Nothing was heard of the order for so long that its state is unknown.")),
                (msg("○ No limit"), msg("No rule says how long an order may stand there.")),
                (
                    msg("On-time rate"),
                    msg(
                        "Stays that ended on time since midnight / these and those whose limit passed since midnight, whether they are "
                        "done by now or still open. A stay that ended is judged by the rules that held then. ● at the target of 95% or "
                        "above, ▲ up to five points below it."
                    ),
                ),
                (
                    msg("Steps done"),
                    msg("Stays that ended: orders that left the step, to whichever step. One order can leave many on a day."),
                ),
                (msg("Came in"), msg("Orders that reached the step since midnight, also those that left it again.")),
                (msg("vs yesterday"), msg("Up to the same time of the day; rates differ in points.")),
                (
                    msg("Who has it"),
                    msg("Who claimed the task of the order; it leads to the task. Orders that nobody works off by hand have none."),
                ),
                (msg("Why it failed"), msg("Reasons that events of failure carry, beside those of the day before up to the same time.")),
            ),
        ),
        "acceptance": Screen(
            "/acceptance",
            msg("Acceptance quality"),
            msg("How well are orders accepted by hand, day by day, and which are about to time out?"),
            (
                (
                    msg("Done, Failed"),
                    msg("Manual acceptances that ended on the day. What the interface accepted by itself is not among them."),
                ),
                (
                    msg("Failed share"),
                    msg("Failed of all that ended. From 5% it is to be watched, from 10% abnormal; few acceptances are not judged."),
                ),
                (msg("Warned now, Late now"), msg("Orders that stand at manual acceptance past the warning, and past the limit.")),
                (msg("Why it failed"), msg("Reasons of all failures in the days shown, beside as many days before them.")),
            ),
        ),
        "rules": RULES,
        "data": Screen(
            "/data",
            msg("Data"),
            msg("Does every source deliver, and is every record accounted for?"),
            (
                (msg("Received"), msg("Counted when a record is read, before anything looks at it.")),
                (
                    msg("Balance"),
                    msg(
                        "Received less accepted, duplicate, quarantined and rejected. Anything but 0 is a fault of "
                        "Tongguan, not of the source."
                    ),
                ),
                (msg("Newest event"), msg("Time of the newest event of the source, as the source says it.")),
                (msg("data through"), msg("Time of the newest event of all sources: later things cannot have been counted.")),
            ),
        ),
        "data/quarantine": Screen(
            "/data/quarantine",
            msg("Quarantine"),
            msg("Which records were set aside, why, and what would be valid."),
            (
                (msg("Reason"), msg("One of a closed list; the field and the value stand beside it.")),
                (msg("Replay"), msg("Sends records through again with today's mappings. What is valid now is counted at its own time.")),
                (msg("Discard"), msg("Takes records out of the open ones; their content is kept.")),
            ),
        ),
        "users": Screen(
            "/users",
            msg("Users"),
            msg("Who may do what, and in which regions and stages."),
            (
                (
                    msg("Scope"),
                    msg("What lies outside the user's regions and stages is as if it were not there, on every page and in every file."),
                ),
            ),
        ),
        "tokens": Screen(
            "/tokens",
            msg("API tokens"),
            msg("Which systems may send data or read numbers."),
            ((msg("Token"), msg("Shown once, when it is made. A revoked one is refused at once.")),),
        ),
        "account": Screen(
            "/account",
            msg("My account"),
            msg("Language, theme, density and password."),
            ((msg("Compact rows"), msg("Rows of 28 instead of 32 pixels, on every page.")),),
        ),
    }
)


def screen_of(path: str) -> str:
    """Return the name of the screen that lies at a path of the site (without the leading slash); empty where it has no help."""
    parts = [part for part in path.split("/") if part]
    if not parts:
        return "panorama"
    if parts[0] == "orders" and len(parts) > 1:
        return "order"
    for length in range(len(parts), 0, -1):
        name = "/".join(parts[:length])
        if name in SCREENS:
            return name
    return ""
