"""The queues that packs declare, held against the rest of the vocabulary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tongguan.model.tasks import Action, Queue

if TYPE_CHECKING:
    from tongguan.model.vocabulary import Vocabulary

TOLD: Final = frozenset({Action.CLAIM, Action.FINISH, Action.FAIL, Action.HAND_BACK})
"""Actions that may be events of the case."""


def checked_queues(vocabulary: Vocabulary) -> dict[str, Queue]:
    """Return the queues of all packs by name, in the order of the stages; a vocabulary without stages has none.

    Raises:
        KeyError: declared twice, or one names what nobody declares; the message tells the nearest.
    """
    found: dict[str, Queue] = {}
    if not vocabulary.stages:
        return found
    for queue in (queue for pack in vocabulary.packs for queue in pack.queues):
        if queue.name in found:
            raise KeyError(f"queue {queue.name!r} is declared twice")
        _check(vocabulary, queue)
        found[queue.name] = queue
    places = {stage.name: place for place, stage in enumerate(vocabulary.stages)}
    return dict(sorted(found.items(), key=lambda one: places[one[1].stage]))


def _check(vocabulary: Vocabulary, queue: Queue) -> None:
    vocabulary.stage(queue.stage)
    kind = vocabulary.case_kind(queue.kind)
    if not queue.steps or queue.lease_minutes <= 0:
        raise KeyError(f"queue {queue.name!r} needs steps and a lease of some minutes")
    waited_for = {step for stage in vocabulary.stages if stage.case_kind == queue.kind for step in stage.waiting_at} | set(kind.limits)
    for step in queue.steps:
        kind.milestone(step)
        if step not in waited_for:
            raise KeyError(f"queue {queue.name!r}: nobody waits at step {step!r} of {queue.kind}, and it has no limit")
    for action, name in queue.events.items():
        event_type = vocabulary.event_type(name)
        if action not in TOLD:
            raise KeyError(f"queue {queue.name!r}: {action} is no event; valid: {', '.join(sorted(TOLD))}")
        if queue.kind not in event_type.milestones:
            raise KeyError(f"queue {queue.name!r}: {name!r} reaches nothing in the case {queue.kind!r}")
