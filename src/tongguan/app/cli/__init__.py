"""The command line. ``--json`` prints one JSON document on standard output and nothing else; progress goes to standard error.

Exit codes: 0 done, 1 failed, 2 wrong use, 3 done with quarantined rows.
"""

from __future__ import annotations

import sys

DONE, FAILED, WRONG_USE, WITH_QUARANTINE = 0, 1, 2, 3


def main() -> None:
    """Run the command line; the entry point of the ``tongguan`` script."""
    from tongguan.app.cli.program import build

    build()(prog_name="tongguan")
    sys.exit(DONE)
