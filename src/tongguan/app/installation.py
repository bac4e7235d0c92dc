"""One opened installation: every room wired to every other. The server and the command line both start here."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from tongguan.app.home import Home
from tongguan.app.personal import PersonalVault
from tongguan.app.rule_books import open_rule_books
from tongguan.app.settings import Settings, read_settings
from tongguan.areas.packs import build_vocabulary, flags_file, indicator_files
from tongguan.detect.flag_files import read_flags
from tongguan.detect.flagging import Flagger
from tongguan.detect.watcher import Watcher
from tongguan.ingest.checks import Rules
from tongguan.ingest.config import IngestConfig
from tongguan.ingest.intake import Ingest, KnownAnswer
from tongguan.ingest.loader import Loader
from tongguan.ingest.spool import Spool
from tongguan.ingest.steps import Steps
from tongguan.lib.ids import BatchNumbers
from tongguan.lib.now import Now, Ticks, system_now, system_ticks
from tongguan.metrics.catalogue import Catalogue
from tongguan.metrics.indicators import IndicatorEngine
from tongguan.metrics.watched import WatchedNumbers
from tongguan.model.findings import watches
from tongguan.model.flags import NO_FLAGS, FlagBook
from tongguan.model.ports import Receipt, Refusal
from tongguan.model.reasons import Problem, Quarantine
from tongguan.model.vocabulary import Vocabulary
from tongguan.processes.open_steps import OpenStepsKeeper
from tongguan.records import idempotency
from tongguan.records.database import Database
from tongguan.records.keyring import Keyring
from tongguan.records.rule_books import RecordRuleBooks
from tongguan.tasks.files import Files
from tongguan.tasks.keeping import TaskKeeper
from tongguan.tasks.worklist import Worklist
from tongguan.warehouse.client import Limits, Warehouse
from tongguan.warehouse.migrations import migrate

OWN_FLAGS: Final = "quality.yaml"
"""File of the home with the rules that flag orders, in place of those of the packs."""


@dataclass
class Installation:
    """Everything of one home, open. Use :func:`open_installation`; call :meth:`close` before the process ends."""

    home: Home
    settings: Settings
    vocabulary: Vocabulary
    database: Database
    warehouse: Warehouse
    store: PersonalVault
    ingest: Ingest
    loader: Loader
    catalogue: Catalogue
    indicators: Callable[[], IndicatorEngine]
    keeper: OpenStepsKeeper
    watcher: Watcher
    flagger: Flagger
    worklist: Worklist
    task_keeper: TaskKeeper
    rule_books: RecordRuleBooks
    now: Now
    migrated: list[str]
    _loader_thread: threading.Thread | None = None

    def start_loader(self) -> None:
        """Load in a thread of its own from now on."""
        self._loader_thread = threading.Thread(target=self.loader.run, name="loader", daemon=True)
        self._loader_thread.start()

    def load_now(self) -> None:
        """Load everything that is spooled, in this thread (the command line without a server)."""
        self.loader.load_all()
        self.keep_up()

    def keep_up(self) -> None:
        """Bring open steps and tasks up to what is loaded.

        Raises:
            WarehouseError, RecordsError: the next round does the rest.
        """
        self.keeper.catch_up()
        self.task_keeper.catch_up()

    def close(self) -> None:
        """Stop the threads, then the engines, then give the home free. Spooled records that are not loaded stay in the spool."""
        self.ingest.spool.close()
        self.loader.stop()
        if self._loader_thread is not None:
            self._loader_thread.join()
        self.warehouse.close()
        self.database.close()
        self.home.disown()


def ingest_config(settings: Settings) -> IngestConfig:
    """Return the part of the settings that ingest needs."""
    return IngestConfig(future=timedelta(hours=settings.future_hours), backlog_bytes=settings.backlog_bytes, free_bytes=settings.free_bytes)


def open_installation(
    folder: Path,
    *,
    settings: Settings | None = None,
    vocabulary: Vocabulary | None = None,
    now: Now = system_now,
    ticks: Ticks = system_ticks,
) -> Installation:
    """Open a home: own it, bring its stores up to date, and make the spool ready.

    Args:
        folder: the home.
        settings: those of the home and the environment where left out.
        vocabulary: that of the packs where left out.
        now, ticks: clocks.

    Raises:
        HomeInUseError: another process owns it.
        SettingsError: a setting cannot be.
        WarehouseError, RecordsError: a store cannot be opened, or is of a newer release.
    """
    home = Home(folder)
    home.own()
    with ExitStack() as undo:
        undo.callback(home.disown)
        settings = settings or read_settings(home.folder)
        database = Database.open(settings.records)
        undo.callback(database.close)
        database.migrate()
        vocabulary = vocabulary or build_vocabulary()
        warehouse = Warehouse(settings.warehouse, memory=settings.memory, limits=Limits(seconds=settings.query_seconds))
        undo.callback(warehouse.close)
        migrated = migrate(warehouse, vocabulary, settings.zone)
        installation = _wire(home, settings, vocabulary, database, warehouse, migrated, now, ticks)
        undo.pop_all()
    return installation


def _wire(
    home: Home,
    settings: Settings,
    vocabulary: Vocabulary,
    database: Database,
    warehouse: Warehouse,
    migrated: list[str],
    now: Now,
    ticks: Ticks,
) -> Installation:
    config = ingest_config(settings)
    store = PersonalVault(home.master_key())
    spool = Spool(home.spool, config)
    steps = Steps(Rules(vocabulary, config.text_length), store, config, ticks)
    ingest = Ingest(steps, spool, store, lambda source, key: _stored_answer(database, source, key), BatchNumbers(now), now, config)
    loader = Loader(spool, warehouse, database, store, config, now, ticks, ingest.forget_keys)
    spool.resume(loader.place())
    ingest.remember(spool.read_between(spool.loaded, spool.end))
    rule_books = open_rule_books(database, vocabulary, settings.zone, now)
    keeper = OpenStepsKeeper(warehouse, database, vocabulary, rule_books)
    catalogue = open_catalogue(home, vocabulary, settings.zone)

    def engine() -> IndicatorEngine:
        return IndicatorEngine(warehouse, vocabulary, catalogue.shelf().registry, settings.zone)

    watcher = Watcher(WatchedNumbers(engine), lambda: watches(catalogue.shelf().registry.values()), database, settings.zone, now)
    worklist = Worklist(database, vocabulary, Files(Keyring(home.master_key())), now)
    tasks = (worklist, TaskKeeper(database, vocabulary, now))
    flagger = Flagger(warehouse, database, vocabulary, open_flags(home, vocabulary), now)
    engines = (catalogue, engine, keeper, watcher, flagger, *tasks)
    return Installation(home, settings, vocabulary, database, warehouse, store, ingest, loader, *engines, rule_books, now, migrated)


def open_catalogue(home: Home, vocabulary: Vocabulary, zone: str) -> Catalogue:
    """Return all indicators of a home: those of the packs, and its own."""
    return Catalogue(indicator_files(), home.folder / "indicators", vocabulary, zone)


def open_flags(home: Home, vocabulary: Vocabulary) -> FlagBook:
    """Return the rules that flag orders: those of the home's own file, where it keeps one, else those of the packs.

    Raises:
        FlagFileError: lists every mistake of the file.
    """
    own, packs = home.folder / OWN_FLAGS, flags_file(vocabulary)
    if packs is None:
        return NO_FLAGS
    return read_flags(own, vocabulary, OWN_FLAGS) if own.is_file() else read_flags(packs, vocabulary, "areas/orders/quality.yaml")


def _stored_answer(database: Database, source: str, key: str) -> KnownAnswer | None:
    with database.read() as connection:
        found = idempotency.get(connection, source, key)
    if found is None:
        return None
    answer = dict(found.answer)
    refusals = tuple(
        Refusal(r["position"], Problem(Quarantine(r["reason"]), r["field"], r["value"], r["message"], r["valid"]))
        for r in answer.pop("refusals", [])
    )
    return found.body_hash, Receipt(**answer, refusals=refusals)
