"""``/healthz`` (the process lives), ``/readyz`` (it can take and answer), ``/metrics`` (for Prometheus)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from http import HTTPStatus

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tongguan.app.api.problem import json_response
from tongguan.app.exposed import ExposedIndicators
from tongguan.app.installation import Installation
from tongguan.records import ledger
from tongguan.records.errors import RecordsError
from tongguan.warehouse.errors import WarehouseError


class InstallationCollector(Collector):
    """Reads the numbers when Prometheus asks; nothing is counted twice."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation

    def collect(self) -> list[Metric]:
        """Return ledger, spool, loader and step figures."""
        installation = self._installation
        found: list[Metric] = [*self._ledger(), *self._steps()]
        state = installation.loader.state
        for name, meaning, value in (
            ("tongguan_spool_backlog_bytes", "Synced and not yet loaded", float(installation.ingest.spool.backlog())),
            ("tongguan_loader_failing", "1 while the warehouse refuses blocks", float(state.failing_since is not None)),
            ("tongguan_loader_last_block_seconds", "Duration of the last block", state.last_seconds),
        ):
            gauge = GaugeMetricFamily(name, meaning)
            gauge.add_metric([], value)
            found.append(gauge)
        blocks = CounterMetricFamily("tongguan_loader_blocks", "Blocks loaded since the start")
        blocks.add_metric([], state.blocks)
        return [*found, blocks]

    def _ledger(self) -> list[Metric]:
        records = CounterMetricFamily("tongguan_records", "Records by source and outcome, from the ledger", labels=["source", "outcome"])
        newest = GaugeMetricFamily("tongguan_newest_event_timestamp_seconds", "Time of the newest event", labels=["source"])
        with self._installation.database.read() as connection:
            states = ledger.freshness(connection)
        for state in states:
            for outcome in ("received", "accepted", "duplicate", "quarantined", "rejected"):
                records.add_metric([state.source, outcome], getattr(state, outcome))
            if state.newest_event_time is not None:
                newest.add_metric([state.source], state.newest_event_time.timestamp())
        return [records, newest]

    def _steps(self) -> list[Metric]:
        rows = CounterMetricFamily("tongguan_step_records", "Records passed by a step of ingest", labels=["step"])
        seconds = CounterMetricFamily("tongguan_step_seconds", "Time spent in a step of ingest", labels=["step"])
        for report in list(self._installation.ingest.step_totals.values()):
            rows.add_metric([report.step], report.passed)
            seconds.add_metric([report.step], report.seconds)
        return [rows, seconds]


@dataclass
class Health:
    """The routes for machines that watch over the server."""

    installation: Installation
    pool: Executor
    dead_loops: Callable[[], list[str]]
    exposed: ExposedIndicators

    def __post_init__(self) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(InstallationCollector(self.installation))
        self._registry.register(self.exposed)

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/healthz", self._healthz, methods=["GET"]),
            Route("/readyz", self._readyz, methods=["GET"]),
            Route("/metrics", self._metrics, methods=["GET"]),
        ]

    async def _healthz(self, request: Request) -> Response:
        return json_response({"status": "alive"})

    async def _readyz(self, request: Request) -> Response:
        faults = await asyncio.get_running_loop().run_in_executor(self.pool, self._faults)
        status = HTTPStatus.SERVICE_UNAVAILABLE if faults else HTTPStatus.OK
        return json_response({"status": "not ready" if faults else "ready", "faults": faults}, status)

    def _faults(self) -> list[str]:
        faults = []
        try:
            with self.installation.database.read() as connection:
                connection.exec_driver_sql("SELECT 1")
        except RecordsError as error:
            faults.append(f"records: {error}")
        try:
            self.installation.warehouse.query("SELECT 1")
        except WarehouseError as error:
            faults.append(f"warehouse: {str(error)[:200]}")
        state = self.installation.loader.state
        faults += [f"loop {name}: ended by a fault, begun again every half minute; see the log" for name in self.dead_loops()]
        if not state.running:
            faults.append("loader: not running; what is accepted stays in the spool")
        if state.failing_since is not None:
            faults.append(f"loader: failing since {state.failing_since.isoformat()}: {state.error[:200]}")
        return faults

    async def _metrics(self, request: Request) -> Response:
        body = await asyncio.get_running_loop().run_in_executor(self.pool, generate_latest, self._registry)
        return Response(body, media_type=CONTENT_TYPE_LATEST)
