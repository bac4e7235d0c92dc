"""Contacts, shopping guide, tickets, surveys and follow-up calls."""

from __future__ import annotations

from tongguan.areas.service.codes import CATEGORIES, KINDS, PRIORITIES, REASONS, RESULTS, SEVERITIES, SKILLS, TOPICS
from tongguan.areas.service.events import CASE_KINDS, EVENT_TYPES
from tongguan.model.vocabulary import Label, Pack

PACK = Pack(
    area="service",
    label=Label("客服", "Service desk"),
    event_types=EVENT_TYPES,
    case_kinds=CASE_KINDS,
    names={
        "kind": KINDS,
        "category": CATEGORIES,
        "skill": SKILLS,
        "topic": TOPICS,
        "severity": SEVERITIES,
        "priority": PRIORITIES,
        "result": RESULTS,
        "reason": REASONS,
    },
)
