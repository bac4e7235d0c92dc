"""How the halls 四厅 are watched: what counts as their volume, as a try and as its good or bad end, and by what their problems show."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from tongguan.model.halls import Hall, HallWatch

_SERVED: Final = ("service.completed",)
_NOT_SERVED: Final = ("service.left", "service.fallen_through")
_SOLD: Final = ("visit.checkout_completed",)
_NOT_SOLD: Final = ("visit.checkout_left",)
_PAID: Final = ("payment.succeeded",)
_NOT_PAID: Final = ("payment.failed",)
_REASONS: Final = ("service.failed", "visit.checkout_left", "payment.failed")


def _pages(channel: str) -> Hall:
    """Return a hall of pages: visits come, services and checkouts are tried."""
    return Hall(
        channel,
        volume=("visit.session_started",),
        successes=(*_SERVED, *_SOLD, *_PAID),
        failures=(*_NOT_SERVED, *_NOT_SOLD, *_NOT_PAID),
        reasons=_REASONS,
    )


def _menus(channel: str) -> Hall:
    """Return a hall of menus and codes: services are asked for; not all of its visits can be told apart."""
    return Hall(
        channel,
        volume=("service.requested",),
        successes=(*_SERVED, *_PAID),
        failures=(*_NOT_SERVED, *_NOT_PAID),
        reasons=_REASONS,
    )


def _counters(channel: str) -> Hall:
    """Return a hall of which orders and payments alone are known."""
    return Hall(channel, volume=("order.created",), successes=_PAID, failures=_NOT_PAID, reasons=("payment.failed",))


_PHONE: Final = Hall(
    "phone",
    volume=("service.requested", "contact.offered"),
    successes=(*_SERVED, "contact.answered"),
    failures=(*_NOT_SERVED, "contact.abandoned"),
    reasons=("service.failed", "contact.abandoned"),
)

HALL_WATCH: Final = HallWatch(
    halls=(
        _pages("app"),
        _pages("web"),
        _pages("wechat"),
        _menus("sms"),
        _PHONE,
        _menus("kiosk"),
        _counters("shop"),
        _counters("hall"),
    ),
    probes_done=("probe.completed",),
    probes_failed=("probe.failed",),
    probe="probe",
    target="target",
    outage_started="outage.started",
    outage_ended=("outage.ended", "outage.cancelled"),
    outage="outage",
    parts="parts",
    planned="planned",
    ends="ends",
    interface_called="interface.called",
    interface_failed="interface.failed",
    interface="interface",
    device_off="device.disconnected",
    device_other=("device.connected", "device.registered", "device.paused", "device.resumed", "device.retired"),
    device_alive=("device.heartbeat_received", "device.connected"),
    ticket_kind="ticket",
    referral_made="referral.made",
    referral_followed="referral.followed",
    referral_to="to_channel",
    bought=("order.created",),
    handed_over=MappingProxyType({"service.fallen_through": "phone"}),
)
"""A service that fails may still be tried again, so that alone is no end of a try: left, and gone to an agent, are."""
