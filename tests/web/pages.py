"""Every page that people open, by a short name: for pictures, accessibility and rendering tests."""

from __future__ import annotations

PAGES = {
    "signin": "/signin",
    "panorama": "/",
    "panorama-table": "/?view=table&channel=app",
    "panorama-past": "/?day=2026-11-20",
    "stage": "/stages/payment",
    "stage-past": "/stages/payment?day=2026-11-20&hour=15&failed=1",
    "orders": "/orders",
    "orders-filtered": "/orders?stage=shipping&sort=last",
    "orders-empty": "/orders?q=nothing-like-this",
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
