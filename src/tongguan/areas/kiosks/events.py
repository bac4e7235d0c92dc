"""Events and cases of self-service devices 自助终端. Heartbeats are no milestones: a device's case holds its changes only."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from tongguan.areas.declaring import again, aside, end, happening, limits, money, several, step, text, truth, whole
from tongguan.model.vocabulary import Attribute, CaseKind, EventType, Label

CASE_KINDS: Final = (
    CaseKind(
        "device",
        Label("终端", "Device"),
        (
            again("registered", "已登记", "Registered", "new"),
            again("connected", "在线", "Up", "up"),
            again("disconnected", "离线", "Down", "down"),
            step("paused", "停用", "Paused", "paused"),
            step("resumed", "恢复", "Resumed", "new"),
            aside("moved", "移机", "Moved", "new"),
            aside("fault_raised", "故障", "Fault raised", "up"),
            aside("fault_cleared", "故障恢复", "Fault cleared", "up"),
            aside("command_sent", "指令下发", "Command sent", "up"),
            aside("command_acknowledged", "指令已收", "Command acknowledged", "up"),
            aside("command_completed", "指令完成", "Command completed", "up"),
            aside("command_failed", "指令失败", "Command failed", "up"),
            end("retired", "退网", "Retired", "retired"),
        ),
        limits=limits(timedelta(minutes=10), timedelta(minutes=30), "disconnected", "resumed"),
    ),
)

_ABOUT: Final = (
    text("model", "Model of the device."),
    text("software", "Version of its software."),
    text("site", "Where it stands."),
    text("operator", "Who looks after it."),
    text("schedule", "When it should be on."),
)
_HEALTH: Final = (
    whole("paper", "Paper left, percent."),
    whole("cash_level", "Cash box filled, percent."),
    whole("cards", "Cards left."),
    whole("uptime", "Seconds since it was started."),
    several("faults", "Codes of faults that it knows of."),
    *_ABOUT,
)
_FAULT: Final = (text("fault", "Code of the fault."), text("part", "Part concerned."), text("severity", "How bad it is."))
_COMMAND: Final = (text("command", "Id of the command, the same on all its events."), text("action", "What the device is told to do."))
_CASH: Final = (
    money("balance", "What is in the box afterwards."),
    truth("expected", "The event was planned."),
    text("transaction", "The device's own id of the transaction."),
)


def _device(name: str, zh: str, en: str, meaning: str, rank: int, milestone: str, attributes: tuple[Attribute, ...]) -> EventType:
    return happening(f"device.{name}", zh, en, meaning, rank, requires="device_id", attributes=attributes, device=milestone)


EVENT_TYPES: Final[tuple[EventType, ...]] = (
    _device("registered", "终端登记", "Device registered", "A device was entered in the registry.", 5, "registered", _ABOUT),
    _device("moved", "终端移机", "Device moved", "A device stands somewhere else now.", 6, "moved", _ABOUT),
    happening(
        "device.heartbeat_received",
        "终端心跳",
        "Heartbeat received",
        "A device says that it is on.",
        900,
        requires="device_id",
        attributes=_HEALTH,
    ),
    _device("connected", "终端上线", "Device up", "A device came on or can be reached again.", 901, "connected", _HEALTH),
    _device(
        "disconnected",
        "终端离线",
        "Device down",
        "A device went off or cannot be reached; `reason` says which.",
        903,
        "disconnected",
        _HEALTH,
    ),
    _device(
        "paused",
        "终端停用",
        "Device paused",
        "A device is off on purpose: maintenance, holiday. It does not count as down.",
        904,
        "paused",
        _ABOUT,
    ),
    _device(
        "resumed", "终端恢复", "Device resumed", "A pause is over; the device's first sign of life is awaited.", 899, "resumed", _ABOUT
    ),
    _device(
        "fault_raised", "终端故障", "Fault raised", "A part of a device fails; the device may still be up.", 905, "fault_raised", _FAULT
    ),
    _device(
        "fault_cleared",
        "终端故障恢复",
        "Fault cleared",
        "A part of a device works again; `duration` is how long it did not.",
        906,
        "fault_cleared",
        _FAULT,
    ),
    _device("command_sent", "远程指令下发", "Command sent", "A device was told to do something.", 920, "command_sent", _COMMAND),
    _device(
        "command_acknowledged",
        "远程指令确认",
        "Command acknowledged",
        "The device has got the command.",
        922,
        "command_acknowledged",
        _COMMAND,
    ),
    _device(
        "command_failed",
        "远程指令失败",
        "Command failed",
        "The device could not do it; `reason` says why.",
        924,
        "command_failed",
        _COMMAND,
    ),
    _device("command_completed", "远程指令完成", "Command completed", "The device did it.", 926, "command_completed", _COMMAND),
    _device("retired", "终端退网", "Device retired", "A device is used no more.", 990, "retired", _ABOUT),
    happening("cash.inserted", "投币", "Cash inserted", "A customer put `amount` in.", 258, requires="device_id", attributes=_CASH),
    happening("cash.returned", "找零", "Cash returned", "The device gave `amount` back.", 282, requires="device_id", attributes=_CASH),
    happening(
        "cash.collected", "清钞", "Cash collected", "Somebody emptied the box of `amount`.", 928, requires="device_id", attributes=_CASH
    ),
    happening("cash.jammed", "卡钞", "Cash jammed", "`amount` is stuck, or may be.", 927, requires="device_id", attributes=_CASH),
    happening(
        "receipt.printed",
        "打印",
        "Receipt printed",
        "The device printed a receipt, a bill or an invoice; `quantity` is the pages.",
        284,
        requires="device_id",
        attributes=(text("document", "What was printed."),),
    ),
)
