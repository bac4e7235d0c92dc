"""Settings of an installation: environment variables over ``settings.yaml`` of the home over defaults.

The reference page ``docs/reference/settings.md`` is generated from :data:`SETTINGS`.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from tongguan.lib.suggest import valid_hint


class SettingsError(ValueError):
    """A setting has a name or value that cannot be; the message names the valid ones."""


def _meaning(text: str, default: Any, least: float | None = None, most: float | None = None) -> Any:
    return field(default=default, metadata={"meaning": text, "least": least, "most": most})


@dataclass(frozen=True)
class Settings:
    """Everything that can be set. Names in the environment are ``TONGGUAN_`` and the name in capitals."""

    warehouse: str = _meaning(
        "Address of the warehouse: `chdb:///path` in this process, or `clickhouse://user:password@host:8123/name`.", ""
    )
    records: str = _meaning("Address of the operational store: `sqlite:////path.db` or `postgresql://user@host/database`.", "")
    host: str = _meaning("Address on which the server listens.", "127.0.0.1")
    port: int = _meaning("Port on which the server listens.", 8600, 0, 65535)
    zone: str = _meaning("Zone of the operation (IANA name), for business dates and hours. Fixed once data is in.", "Asia/Shanghai")
    language: str = _meaning("Language before a user has chosen one: `zh-CN` or `en`.", "zh-CN")
    memory: int = _meaning("Bytes that the embedded warehouse may use in all.", 3 * 1024**3, 64 * 1024**2)
    query_threads: int = _meaning("Threads that answer questions of pages and API.", 4, 1, 256)
    query_seconds: float = _meaning("Seconds after which a question is given up.", 30.0, 0.1)
    backlog_bytes: int = _meaning("With this much received and not yet loaded, deliveries are put off (503).", 4 * 1024**3, 1024**2)
    free_bytes: int = _meaning("With less free disk than this, deliveries are put off (503).", 256 * 1024**2, 0)
    future_hours: int = _meaning("How far ahead of the clock an event may be, in hours.", 24, 0)
    ended_task_days: int = _meaning("Days that tasks which are over are kept, with their history and attachments.", 400, 1, 36_500)
    secure_cookies: bool = _meaning("Send cookies over HTTPS only; set it behind TLS.", False)
    metrics_exposed: str = _meaning(
        "Indicators whose values of today and the day before `/metrics` tells, such as `payment_success_rate, visitors`.", ""
    )
    log_format: str = _meaning("`text` for people or `json` for machines.", "text")

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise SettingsError(f"zone: no zone {self.zone!r}; use an IANA name such as Asia/Shanghai") from error
        for name, valid in (("language", ("zh-CN", "en")), ("log_format", ("text", "json"))):
            if getattr(self, name) not in valid:
                raise SettingsError(f"{name}: {getattr(self, name)!r}; valid: {', '.join(valid)}")
        for one in fields(self):
            value, least, most = getattr(self, one.name), one.metadata["least"], one.metadata["most"]
            if least is not None and not least <= value <= (math.inf if most is None else most):
                raise SettingsError(f"{one.name}: {value!r}; valid: {f'at least {least}' if most is None else f'{least} to {most}'}")


def read_settings(home: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings of a home. A name without a value, as in ``TONGGUAN_PORT=``, counts as not set.

    Raises:
        SettingsError: unknown name or unusable value, with file or variable and the nearest valid name.
    """
    known = {f.name: f for f in fields(Settings)}
    path = home / "settings.yaml"
    values: dict[str, Any] = {"warehouse": f"chdb://{home / 'warehouse'}", "records": f"sqlite:///{home / 'records.db'}"}
    for name, value in _of_file(path).items():
        if name not in known:
            raise SettingsError(f"{path}: no setting {name!r}; {valid_hint(str(name), known)}")
        if value not in (None, ""):
            values[name] = _convert(f"{path}: {name}", value, known[name].default)
    for name in known:
        variable = f"TONGGUAN_{name.upper()}"
        text = environment.get(variable, "").strip()
        if text:
            values[name] = _convert(variable, text, known[name].default)
    return Settings(**values)


def _of_file(path: Path) -> dict[Any, Any]:
    if not path.exists():
        return {}
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: no YAML: {error}") from error
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise SettingsError(f"{path}: a mapping of names to values is expected")
    return loaded


def _convert(where: str, value: Any, default: Any) -> Any:
    if isinstance(default, bool):
        text = str(value).lower()
        if text not in ("true", "false", "1", "0", "yes", "no"):
            raise SettingsError(f"{where}: {value!r}; valid: true, false")
        return text in ("true", "1", "yes")
    if isinstance(default, str):
        if not isinstance(value, str):
            raise SettingsError(f"{where}: {value!r} is no text")
        return value
    kind = type(default)
    try:
        return kind(str(value))
    except ValueError as error:
        raise SettingsError(f"{where}: {value!r} is no {'whole number' if kind is int else 'number'}") from error
