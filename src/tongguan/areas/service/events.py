"""Events and cases of the service desk 客服: contacts, shopping guide, tickets, surveys, follow-up calls, knowledge."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from tongguan.areas.declaring import again, aside, end, happening, limits, personal, several, step, text, truth, whole
from tongguan.model.vocabulary import Attribute, CaseKind, EventType, Label

CASE_KINDS: Final = (
    CaseKind(
        "contact",
        Label("接触", "Contact"),
        (
            step("offered", "呼入", "Offered", "offered"),
            step("queued", "排队", "Queued", "queued"),
            step("answered", "已应答", "Answered", "in_progress"),
            step("transferred", "已转接", "Transferred", "queued"),
            end("abandoned", "已放弃", "Abandoned", "abandoned"),
            end("ended", "已结束", "Ended", "completed"),
            end("wrapped", "话后完成", "Wrapped up", "completed"),
            aside("rated", "已评价", "Rated", "completed"),
            aside("guided", "导购推荐", "Guided", "in_progress"),
        ),
    ),
    CaseKind(
        "ticket",
        Label("服务单", "Ticket"),
        (
            step("opened", "已受理", "Opened", "acknowledged"),
            step("responded", "首次响应", "Responded", "in_progress"),
            step("transferred", "已转派", "Transferred", "in_progress"),
            aside("urged", "催办", "Urged", "in_progress"),
            aside("escalated", "升级", "Escalated", "in_progress"),
            aside("noted", "备注", "Noted", "in_progress"),
            step("held", "挂起", "Held", "pending"),
            step("resumed", "恢复处理", "Resumed", "in_progress"),
            aside("customer_wait_started", "等客户", "Waiting for customer", "pending"),
            aside("customer_wait_ended", "客户已回应", "Customer answered", "in_progress"),
            end("rejected", "不予受理", "Rejected", "rejected"),
            end("resolved", "已解决", "Resolved", "resolved"),
            end("closed", "已关闭", "Closed", "closed"),
            again("reopened", "重新打开", "Reopened", "acknowledged"),
        ),
        # First response, then resolution.
        limits={
            **limits(timedelta(minutes=30), timedelta(hours=1), "opened", "reopened"),
            **limits(timedelta(hours=24), timedelta(hours=48), "responded", "transferred", "held", "resumed"),
        },
        pauses={"customer_wait_started": "customer_wait_ended", "held": "resumed"},
    ),
)

_TALK: Final = (
    text("direction", "Who began.", "inbound", "outbound"),
    text("skill", "Skill or queue."),
    text("topic", "What it is about."),
    text("kind", "What the contact is for.", "service", "guide", "complaint", "follow_up", "reminder"),
    personal("phone", "Telephone number of the other party."),
    personal("openid", "Account of the other party in a messenger."),
)


def _contact(name: str, zh: str, en: str, meaning: str, rank: int, milestone: str, *attributes: Attribute) -> EventType:
    return happening(name, zh, en, meaning, rank, requires="contact_id", attributes=(*_TALK, *attributes), contact=milestone)


_CONTACTS: Final = (
    _contact("contact.offered", "接触到达", "Contact offered", "A call or chat reached the desk, before any queue.", 160, "offered"),
    _contact(
        "contact.queued",
        "接触排队",
        "Contact queued",
        "The other party waits for an agent.",
        162,
        "queued",
        whole("queue_place", "Place in the queue, from 1."),
    ),
    _contact(
        "contact.answered", "接触应答", "Contact answered", "An agent (`actor_id`) answered; `duration` is the wait.", 164, "answered"
    ),
    _contact(
        "contact.abandoned",
        "接触放弃",
        "Contact abandoned",
        "The other party left before an answer; `duration` is the wait.",
        166,
        "abandoned",
    ),
    _contact(
        "contact.transferred",
        "接触转接",
        "Contact transferred",
        "The contact goes to another agent or queue.",
        168,
        "transferred",
        text("to", "Where it goes."),
    ),
    _contact(
        "contact.ended",
        "接触结束",
        "Contact ended",
        "The conversation is over; `duration` is its length.",
        172,
        "ended",
        whole("talk_time", "Time of talking, ms."),
        whole("hold_time", "Time on hold, ms."),
        text("ended_by", "Who ended it.", "customer", "agent", "system"),
        truth("solved", "The agent says that the matter was solved."),
    ),
    _contact(
        "contact.wrapped",
        "话后处理完成",
        "Contact wrapped up",
        "The agent's work after it is over; `duration` is its length.",
        174,
        "wrapped",
    ),
    _contact(
        "contact.rated",
        "接触评价",
        "Contact rated",
        "The customer rated the contact.",
        176,
        "rated",
        whole("score", "1 (worst) to 5 (best)."),
        whole("best_score", "The best score possible."),
    ),
    _contact(
        "guide.recommended",
        "导购推荐",
        "Guide recommended",
        "A shopping guide offered products in a chat.",
        170,
        "guided",
        several("offers", "Codes of what was offered."),
    ),
    _contact(
        "guide.card_shown",
        "导购卡片展示",
        "Guide card shown",
        "A guide card was shown to the agent or the customer.",
        169,
        "guided",
        text("card_name", "Which card."),
    ),
)

_MATTER: Final = (
    text("kind", "What the ticket is.", "complaint", "request", "fault", "suggestion", "inquiry"),
    text("category", "Cause in the operation's own tree."),
    text("severity", "How bad it is."),
    text("priority", "How soon."),
    text("to", "Unit or person that has it now."),
    text("source_status", "Status word of the sending system, as it is."),
    personal("subject", "Heading in the customer's words."),
    personal("description", "What the customer says."),
    personal("phone", "Telephone number of the customer."),
    text("city", "City of the customer."),
    text("state", "Province or state of the customer."),
)


def _ticket(name: str, zh: str, en: str, meaning: str, rank: int, milestone: str, *attributes: Attribute) -> EventType:
    return happening(name, zh, en, meaning, rank, requires="ticket_id", attributes=(*_MATTER, *attributes), ticket=milestone)


_TICKETS: Final = (
    _ticket(
        "ticket.opened",
        "服务单受理",
        "Ticket opened",
        "A customer's complaint or request was taken; `due_time` is the promise.",
        800,
        "opened",
    ),
    _ticket("ticket.noted", "服务单备注", "Ticket noted", "Somebody wrote on the ticket.", 802, "noted"),
    _ticket("ticket.responded", "首次响应", "Ticket responded", "Somebody answered the customer for the first time.", 805, "responded"),
    _ticket(
        "ticket.transferred",
        "服务单转派",
        "Ticket transferred",
        "The ticket went to another unit or person.",
        808,
        "transferred",
        text("moved_from", "Who had it."),
    ),
    _ticket("ticket.urged", "服务单催办", "Ticket urged", "Somebody asked for speed.", 810, "urged"),
    _ticket(
        "ticket.escalated",
        "服务单升级",
        "Ticket escalated",
        "The ticket went up a level, or past it.",
        812,
        "escalated",
        truth("beyond", "The customer went past us."),
    ),
    _ticket("ticket.held", "服务单挂起", "Ticket held", "Work rests; `reason` says why.", 814, "held"),
    _ticket("ticket.resumed", "服务单恢复", "Ticket resumed", "Work goes on.", 816, "resumed"),
    _ticket(
        "ticket.customer_wait_started",
        "开始等待客户",
        "Waiting for customer",
        "The customer must act. Clocks pause.",
        818,
        "customer_wait_started",
    ),
    _ticket(
        "ticket.customer_wait_ended", "结束等待客户", "Customer answered", "The customer acted. Clocks go on.", 819, "customer_wait_ended"
    ),
    _ticket("ticket.rejected", "不予受理", "Ticket rejected", "The ticket is not ours or no case; `reason` says why.", 822, "rejected"),
    _ticket(
        "ticket.resolved",
        "服务单解决",
        "Ticket resolved",
        "The matter is mended, as we say; `result` says how.",
        824,
        "resolved",
        truth("upheld", "The customer was right."),
    ),
    _ticket(
        "ticket.closed",
        "服务单关闭",
        "Ticket closed",
        "The ticket is over, the customer agreeing or silent.",
        828,
        "closed",
        truth("upheld", "The customer was right."),
    ),
    _ticket("ticket.reopened", "服务单重开", "Ticket reopened", "The customer came back with the same matter.", 832, "reopened"),
)

_WAVE: Final = (
    text("survey", "Which questionnaire."),
    text("wave", "Which wave."),
    text("mode", "How it is asked: web, SMS, IVR, interviewer."),
    text("group", "Who is asked.", "users", "lost", "non_users", "complainers", "staff"),
    text("touchpoint", "Moment of the journey that is asked about."),
    personal("phone", "Telephone number of the person asked."),
)
_ASKING: Final = (
    happening("survey.invited", "满意度调查邀请", "Survey invited", "Somebody was asked to answer a questionnaire.", 850, attributes=_WAVE),
    happening(
        "survey.answered",
        "满意度调查回答",
        "Survey answered",
        "Somebody answered one question of a questionnaire.",
        854,
        attributes=(
            *_WAVE,
            text("question", "Code of the question."),
            whole("score", "The answer, where it is a number."),
            whole("best_score", "The best score possible."),
            text("measure", "What is measured.", "csat", "nps", "ces", "other"),
            several("choices", "The answer, where it is chosen."),
            personal("comment", "The answer, where it is words."),
        ),
    ),
    happening("survey.declined", "满意度调查拒绝", "Survey declined", "Somebody would not answer.", 856, attributes=_WAVE),
    happening(
        "follow_up.planned",
        "回访计划",
        "Follow-up planned",
        "A customer is to be called back by `due_time`.",
        860,
        requires="customer_id",
        attributes=(text("cause", "Why."),),
    ),
    happening(
        "follow_up.completed",
        "回访完成",
        "Follow-up completed",
        "A customer was called back; `result` says what came of it.",
        864,
        requires="customer_id",
        attributes=(text("cause", "Why."), whole("score", "1 (worst) to 5 (best)."), personal("comment", "What the customer said.")),
    ),
    happening(
        "follow_up.failed",
        "回访未成",
        "Follow-up failed",
        "A customer was not reached; `reason` says why.",
        862,
        requires="customer_id",
        attributes=(text("cause", "Why."),),
    ),
)

_ARTICLE: Final = (text("article", "Which article or archived case."), text("words", "What was searched for."))
_KNOWING: Final = (
    happening(
        "knowledge.searched",
        "知识检索",
        "Knowledge searched",
        "An agent searched the knowledge base; `quantity` is the hits.",
        163,
        attributes=_ARTICLE,
    ),
    happening(
        "knowledge.used", "知识引用", "Knowledge used", "An agent answered with an article or an archived case.", 165, attributes=_ARTICLE
    ),
    happening(
        "knowledge.archived", "案例归档", "Case archived", "A solved case was put into the knowledge base.", 834, attributes=_ARTICLE
    ),
)

EVENT_TYPES: Final[tuple[EventType, ...]] = (*_CONTACTS, *_TICKETS, *_ASKING, *_KNOWING)
