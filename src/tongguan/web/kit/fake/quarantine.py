"""Records set aside, in memory: what is wrong with each is drawn."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from tongguan.model.reasons import Problem, Quarantine
from tongguan.web.kit.ports import QuarantineRow, QuarantineState


def record_set_aside(number: int, start: datetime, random: Random) -> QuarantineRow:
    """Return the record with a number; it came the longer before the start the higher that is."""
    problems = (
        Problem(Quarantine.UNMAPPED_CODE, "channel", "掌厅", "channel '掌厅' is not in the mapping", "web, app, wechat, kiosk, shop"),
        Problem(
            Quarantine.TIME_WITHOUT_ZONE, "time", "2026-11-20 10:11:12", "time has no zone", "RFC 3339 such as 2026-11-20T10:11:12+08:00"
        ),
        Problem(Quarantine.MISSING_FIELD, "order_id", "", "order.created needs order_id", "any text of 1–200 characters"),
        Problem(Quarantine.BAD_AMOUNT, "amount", "12.345", "amount has more decimal places than CNY allows", "an integer in minor units"),
        Problem(Quarantine.MALFORMED_JSON, "", "", "unexpected end of the text at character 214", "one JSON object"),
    )
    problem = problems[random.choice([0, 0, 0, 1, 1, 2, 3, 4])]
    source = random.choice(["order-hub", "wms", "boss"])
    return QuarantineRow(
        id=f"q{number:05d}",
        source=source,
        batch=1_780_000_000_000_000 + number,
        position=random.randint(0, 4999),
        origin=f"{source}-2026-11-20.csv",
        received_time=start - timedelta(minutes=number * 17),
        state=QuarantineState.OPEN,
        problem=problem,
        preview=f'{{"type": "order.created", "time": "2026-11-20 10:11:12", "order_id": "DD2026{number:06d}", "channel": "掌厅"}}',
    )
