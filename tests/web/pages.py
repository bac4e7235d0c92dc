"""Every page that people open, by a short name: for pictures, accessibility and rendering tests."""

from __future__ import annotations

PAGES = {
    "signin": "/signin",
    "panorama": "/",
    "panorama-table": "/?view=table&channel=app",
    "panorama-past": "/?day=2026-11-20",
    "stage": "/stages/payment",
    "stage-past": "/stages/payment?day=2026-11-20&hour=15&failed=1",
    "halls": "/halls",
    "halls-table": "/halls?view=table",
    "hall": "/halls/web",
    "halls-help": "/help/halls",
    "orders": "/orders",
    "orders-filtered": "/orders?stage=shipping&sort=last",
    "orders-empty": "/orders?q=nothing-like-this",
    "orders-many": "/orders?q=DD2026000003,DD2026000004,nobody&columns=id,status,paid,channel",
    "waiting": "/waiting",
    "waiting-late": "/waiting?lateness=late&channel=app&sort=since",
    "order": "/orders/DD2026000003",
    "order-table": "/orders/DD2026000003?view=table",
    "data": "/data",
    "quarantine": "/data/quarantine",
    "record": "/data/quarantine/q00003",
    "users": "/users",
    "tokens": "/tokens",
    "account": "/account",
    "password": "/account/password",
    "help": "/help",
    "missing": "/nothing-here",
}
