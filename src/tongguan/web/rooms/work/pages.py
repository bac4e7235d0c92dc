"""The room's pages together."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tongguan.model.access import Permission
from tongguan.web.kit.access import NavEntry, Page, Room
from tongguan.web.kit.export import FORMATS
from tongguan.web.kit.texts import msg
from tongguan.web.rooms.work import asked, list_acts, list_page, live, queues, skills, task_acts, task_page
from tongguan.web.rooms.work.places import PATH, SKILLS

_QUEUE: Final = f"{PATH}/{{queue}}"
_TASK: Final = f"{_QUEUE}/{{task}}"

# Who may see what waits may see who has it; what somebody may do with a task is decided with each task.
ROOM: Final = Room(
    name="work",
    pages=(
        Page(PATH, queues.queues, Permission.SEE_PANORAMA, through=True),
        Page(f"/live{PATH}", queues.live_queues, Permission.SEE_PANORAMA),
        Page(SKILLS, skills.skills, Permission.MANAGE_TASKS),
        Page(SKILLS, skills.give, Permission.MANAGE_USERS, method="POST"),
        *(Page(f"{_QUEUE}.{kind}", list_page.export, Permission.SEE_PANORAMA, also=(Permission.EXPORT,)) for kind in FORMATS),
        Page(_QUEUE, list_page.queue, Permission.SEE_PANORAMA, saves=asked.SAVED, through=True),
        Page(_QUEUE, list_acts.act, Permission.SEE_PANORAMA, method="POST", through=True),
        Page(f"/live{_QUEUE}", live.live_list, Permission.SEE_PANORAMA),
        Page(_TASK, task_page.task, Permission.SEE_PANORAMA),
        Page(_TASK, task_acts.act, Permission.SEE_PANORAMA, method="POST"),
        Page(f"/live{_TASK}", live.live_task, Permission.SEE_PANORAMA),
        Page(f"{_TASK}/claim", task_acts.renew, Permission.SEE_PANORAMA, method="POST"),
        Page(f"{_TASK}/files/{{entry}}", task_acts.file, Permission.SEE_PANORAMA),
    ),
    templates=Path(__file__).parent / "templates",
    navigation=(NavEntry(PATH, msg("Work"), "checklist", "t", Permission.SEE_PANORAMA, msg("Operation")),),
)
