"""The command line. ``--json`` prints one JSON document on standard output and nothing else; progress goes to standard error.

Exit codes: 0 done, 1 failed, 2 wrong use, 3 done with quarantined rows.
"""

from __future__ import annotations

import os
import sys

DONE, FAILED, WRONG_USE, WITH_QUARANTINE = 0, 1, 2, 3


def main() -> None:
    """Run the command line; the entry point of the ``tongguan`` script."""
    from tongguan.app.cli.program import build

    # What a home holds is for its owner only, also in a folder that was there before.
    os.umask(0o077)
    build()(home_first(sys.argv[1:]), prog_name="tongguan")
    sys.exit(DONE)


def home_first(arguments: list[str]) -> list[str]:
    """Return the arguments with ``--home DIR`` moved to the front: it may stand before or after the command."""
    for place, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == "--home" and place + 1 < len(arguments):
            return [*arguments[place : place + 2], *arguments[:place], *arguments[place + 2 :]]
        if argument.startswith("--home="):
            return [argument, *arguments[:place], *arguments[place + 1 :]]
    return arguments
