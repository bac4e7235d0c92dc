"""Structured logs on standard error, for people or for machines. No log line carries personal data: values are tokens by then."""

from __future__ import annotations

import logging
import sys

import structlog


def set_up_logs(form: str, level: int = logging.INFO) -> None:
    """Set up logging for this process.

    Args:
        form: ``json`` for one JSON object a line, ``text`` for people.
        level: least level shown.
    """
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # Asked for at each line: who replaces standard error for a while gets the lines of that while, and none comes too late.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
    # Libraries log through the standard module; their warnings belong in the same place.
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s", force=True)
