"""Events of running the channels: instructions 生产运营指令, probes, inspections 检测, outages, interfaces, work orders, shifts, clocks."""

from __future__ import annotations

from typing import Final

from tongguan.areas.declaring import happening, moment, several, text, truth, whole
from tongguan.model.vocabulary import EventType

_INSTRUCTION: Final = (
    text("instruction", "Id of the instruction, the same on all its events."),
    text("title", "What is to be done."),
    text("unit", "City, department, partner or device concerned."),
    several("units", "All units that it goes to."),
    whole("progress", "Done, percent."),
    text("note", "Remark of the unit."),
)
_INSTRUCTIONS: Final = (
    happening(
        "instruction.issued",
        "指令下达",
        "Instruction issued",
        "Units were told to do something by `due_time`.",
        38,
        attributes=_INSTRUCTION,
    ),
    happening(
        "instruction.received", "指令签收", "Instruction received", "A unit says that it has the instruction.", 40, attributes=_INSTRUCTION
    ),
    happening("instruction.progressed", "指令进展", "Instruction progressed", "A unit says how far it is.", 42, attributes=_INSTRUCTION),
    happening(
        "instruction.fulfilled", "指令完成", "Instruction fulfilled", "A unit says that it has done it.", 44, attributes=_INSTRUCTION
    ),
    happening("instruction.overrun", "指令超时", "Instruction overdue", "A unit has not done it in time.", 46, attributes=_INSTRUCTION),
    happening(
        "instruction.withdrawn", "指令撤回", "Instruction withdrawn", "The instruction is not valid any more.", 48, attributes=_INSTRUCTION
    ),
)

_PROBE: Final = (
    text("probe", "Id of the probe."),
    text("target", "Page, service, number or interface that was tried."),
    text("place", "Where it was tried from."),
    text("step", "Step that failed."),
    whole("status", "Status code that was answered."),
)
_INSPECTION: Final = (
    text("inspection", "Id of the inspection."),
    text("checklist", "Checklist that was used."),
    text("item", "Item of the checklist."),
    text("field", "What is inspected.", "menu", "flow", "business_design", "network", "other"),
    text("severity", "How bad it is."),
    text("finding", "Id of the finding."),
    text("remark", "What was found, free of personal data."),
    whole("score", "Points given."),
    whole("best_score", "Points possible."),
)
_WATCHING: Final = (
    happening(
        "probe.completed",
        "拨测成功",
        "Probe completed",
        "A try from outside worked; `duration` is the answer time.",
        950,
        requires="channel",
        attributes=_PROBE,
    ),
    happening(
        "probe.failed",
        "拨测失败",
        "Probe failed",
        "A try from outside did not work; `reason` says why.",
        951,
        requires="channel",
        attributes=_PROBE,
    ),
    happening(
        "inspection.started",
        "检测开始",
        "Inspection started",
        "Somebody began to inspect a channel.",
        952,
        requires="channel",
        attributes=_INSPECTION,
    ),
    happening(
        "inspection.finding_recorded",
        "检测发现问题",
        "Finding recorded",
        "An inspection found something to mend by `due_time`.",
        954,
        requires="channel",
        attributes=_INSPECTION,
    ),
    happening(
        "inspection.finding_resolved",
        "检测问题整改",
        "Finding resolved",
        "What was found is mended.",
        958,
        requires="channel",
        attributes=_INSPECTION,
    ),
    happening(
        "inspection.completed",
        "检测完成",
        "Inspection completed",
        "An inspection is over, with its score.",
        956,
        requires="channel",
        attributes=_INSPECTION,
    ),
)

_OUTAGE: Final = (
    text("outage", "Id of the outage, the same on all its events."),
    moment("starts", "When it begins, as planned."),
    moment("ends", "When it ends, as planned."),
    several("parts", "Systems and services concerned."),
    truth("planned", "It was announced before."),
)
_INTERFACE: Final = (
    text("interface", "Which interface."),
    text("caller", "Who calls it."),
    whole("status", "Status code that was answered."),
)
_SYSTEMS: Final = (
    happening("outage.planned", "计划停机", "Outage planned", "A channel or system will be down on purpose.", 7, attributes=_OUTAGE),
    happening("outage.cancelled", "停机取消", "Outage cancelled", "A planned outage will not take place.", 8, attributes=_OUTAGE),
    happening("outage.started", "停机开始", "Outage started", "A channel or system is down.", 9, attributes=_OUTAGE),
    happening(
        "outage.ended",
        "停机结束",
        "Outage ended",
        "A channel or system works again; `duration` is how long it did not.",
        960,
        attributes=_OUTAGE,
    ),
    happening(
        "interface.called",
        "接口调用",
        "Interface called",
        "`quantity` calls of an interface; `duration` is the mean answer time.",
        962,
        attributes=_INTERFACE,
    ),
    happening(
        "interface.failed",
        "接口失败",
        "Interface failed",
        "`quantity` calls of an interface failed; `reason` says why.",
        963,
        attributes=_INTERFACE,
    ),
    happening(
        "entry_point.registered",
        "入口登记",
        "Entry point registered",
        "A site, number or access code of a channel was registered.",
        11,
        requires="channel",
        attributes=(text("entry_point", "The site, number or code."), truth("main", "It is the one entrance that should be used.")),
    ),
)

_WORK: Final = (
    text("work_order", "Id of the work order, the same on all its events."),
    text("kind", "What is to be done."),
    text("stage", "Stage of the process concerned."),
    text("unit", "Unit that has it."),
    text("moved_from", "Unit or person who had it."),
)
_WORKING: Final = (
    happening(
        "work_order.issued", "派发工单", "Work order issued", "A unit or person has something to do by `due_time`.", 970, attributes=_WORK
    ),
    happening("work_order.claimed", "领取工单", "Work order claimed", "A person (`actor_id`) took it.", 971, attributes=_WORK),
    happening("work_order.urged", "催办工单", "Work order urged", "Somebody asked for speed.", 972, attributes=_WORK),
    happening("work_order.transferred", "转派工单", "Work order transferred", "It went to another unit or person.", 973, attributes=_WORK),
    happening("work_order.escalated", "升级工单", "Work order escalated", "It went up a level.", 974, attributes=_WORK),
    happening(
        "work_order.handed_back", "退回工单", "Work order handed back", "The person gave it back; `reason` says why.", 975, attributes=_WORK
    ),
    happening("work_order.finished", "完成工单", "Work order finished", "The person says that it is done.", 976, attributes=_WORK),
    happening("work_order.closed", "关闭工单", "Work order closed", "It is over; `result` says how.", 977, attributes=_WORK),
)

_STAFF: Final = (
    text("unit", "Unit of the person."),
    text("shift", "Which shift."),
    text("topic", "What it is about."),
    whole("score", "Points."),
)
_STAFFING: Final = (
    happening("shift.started", "上班", "Shift started", "A member of staff began to work.", 980, requires="actor_id", attributes=_STAFF),
    happening(
        "shift.paused", "小休", "Break started", "A member of staff rests; `reason` says why.", 981, requires="actor_id", attributes=_STAFF
    ),
    happening("shift.resumed", "小休结束", "Break ended", "A member of staff works again.", 982, requires="actor_id", attributes=_STAFF),
    happening(
        "shift.ended",
        "下班",
        "Shift ended",
        "A member of staff stopped working; `duration` is the time worked.",
        984,
        requires="actor_id",
        attributes=_STAFF,
    ),
    happening(
        "training.completed",
        "培训完成",
        "Training completed",
        "A member of staff was trained.",
        986,
        requires="actor_id",
        attributes=_STAFF,
    ),
    happening(
        "reward.granted",
        "奖励发放",
        "Reward granted",
        "A member of staff was rewarded with `amount` or points.",
        987,
        requires="actor_id",
        attributes=_STAFF,
    ),
    happening(
        "suggestion.submitted", "提出建议", "Suggestion submitted", "The desk suggests something to a department.", 988, attributes=_STAFF
    ),
    happening("suggestion.answered", "建议答复", "Suggestion answered", "A department answered a suggestion.", 989, attributes=_STAFF),
)

_CLOCK: Final = (
    text("step", "Step at which the case stands."),
    moment("since", "When it got there."),
    whole("limit_seconds", "After so much time of the rule's calendar, in seconds."),
    text("rule", "The rule that decided, in short."),
    whole("book", "Version of the rule book."),
)
_CLOCKS: Final = (
    happening("clock.warned", "时限预警", "Step warned", "An open step of a case will soon be late.", 990, attributes=_CLOCK),
    happening("clock.late", "时限超时", "Step late", "An open step of a case is over its limit.", 991, attributes=_CLOCK),
    happening("clock.silent", "状态不明", "Case silent", "Nothing was heard of an open case for long.", 992, attributes=_CLOCK),
)

EVENT_TYPES: Final[tuple[EventType, ...]] = (*_INSTRUCTIONS, *_WATCHING, *_SYSTEMS, *_WORKING, *_STAFFING, *_CLOCKS)
