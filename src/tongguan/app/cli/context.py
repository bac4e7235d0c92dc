"""What every command gets: the home, the API, and two ways to show an answer."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tongguan.app.cli import FAILED, WRONG_USE
from tongguan.app.client import ApiError, LocalApi

_WRONG = (400, 404, 422)
_UNAVAILABLE = 503


_WIDE = 200


def _console() -> Console:
    """Return the console for answers; where nobody looks (a pipe, a file), tables are not squeezed into 80 columns."""
    console = Console()
    return console if console.is_terminal else Console(width=_WIDE)


@dataclass
class Commands:
    """Context of a command (``ctx.obj``).

    Attributes:
        folder: the home.
        out: standard output.
        err: standard error, for progress and messages.
    """

    folder: Path
    out: Console = field(default_factory=lambda: _console())
    err: Console = field(default_factory=lambda: Console(stderr=True))
    _api: LocalApi | None = None

    @property
    def api(self) -> LocalApi:
        """The API, opened at first use and closed when the command ends."""
        if self._api is None:
            if not self.folder.exists():
                self.say(f"making a new home in {self.folder}; --home names another")
            self._api = LocalApi(self.folder)
            self._api.__enter__()
        return self._api

    def close(self) -> None:
        """Close what was opened."""
        if self._api is not None:
            self._api.__exit__()
            self._api = None

    def show(self, data: object, table: Callable[[], Table | str], json: bool) -> None:
        """Show an answer: as one JSON document, or for people."""
        if json:
            sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(data), indent=2) + b"\n")
            sys.stdout.buffer.flush()
        else:
            self.out.print(table())

    def moment(self, text: str | None) -> str:
        """Return a time of an answer as people read it: to the second, in the operation's zone."""
        if not text:
            return "—"
        from tongguan.app.settings import read_settings

        return f"{datetime.fromisoformat(text).astimezone(ZoneInfo(read_settings(self.folder).zone)):%Y-%m-%d %H:%M:%S}"

    def wait_loaded(self) -> None:
        """Wait until what was delivered can be asked for; a warehouse that takes nothing now still answers what it has."""
        try:
            self.api.wait_loaded()
        except ApiError as error:
            if error.status != _UNAVAILABLE:
                raise
            self.say(escape(f"not everything that was delivered is loaded yet: {error}"))

    def say(self, text: str) -> None:
        """Tell something on standard error."""
        self.err.print(text, highlight=False)


def commands(ctx: typer.Context) -> Commands:
    """Return the context of a command."""
    found = ctx.find_object(Commands)
    if found is None:
        raise typer.Exit(FAILED)
    return found


@contextmanager
def told(found: Commands) -> Iterator[None]:
    """Turn what goes wrong into a sentence and an exit code; close the API in any case."""
    from tongguan.app.home import HomeInUseError
    from tongguan.app.settings import SettingsError
    from tongguan.ingest.mapping.errors import InputError, MappingError
    from tongguan.records.errors import RecordsError
    from tongguan.sources.files import FileReadError
    from tongguan.warehouse.errors import WarehouseError

    try:
        yield
    except ApiError as error:
        found.say(f"[red]{escape(str(error))}[/red]")
        raise typer.Exit(WRONG_USE if error.status in _WRONG else FAILED) from error
    except (SettingsError, MappingError, InputError, FileReadError) as error:
        found.say(escape(str(error)))
        raise typer.Exit(WRONG_USE) from error
    except (HomeInUseError, RecordsError, WarehouseError, OSError) as error:
        found.say(escape(str(error)))
        raise typer.Exit(FAILED) from error
    finally:
        found.close()


def rows_table(title: str, names: list[str], rows: list[list[Any]], *, right: tuple[str, ...] = ()) -> Table:
    """Return a table of rows for people; columns named in ``right`` are aligned right."""
    table = Table(title=title)
    for name in names:
        table.add_column(name, justify="right" if name in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*["—" if value is None else escape(str(value)) for value in row])
    return table


JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, nothing else.")]
"""The option that every answering command has."""
