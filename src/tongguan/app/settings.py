"""Settings of an installation: environment variables over ``settings.yaml`` of the home over defaults.

The reference page ``docs/reference/settings.md`` is generated from :data:`SETTINGS`.
"""

from __future__ import annotations

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


def _meaning(text: str, default: Any) -> Any:
    return field(default=default, metadata={"meaning": text})


@dataclass(frozen=True)
class Settings:
    """Everything that can be set. Names in the environment are ``TONGGUAN_`` and the name in capitals."""

    warehouse: str = _meaning(
        "Address of the warehouse: `chdb:///path` in this process, or `clickhouse://user:password@host:8123/name`.", ""
    )
    records: str = _meaning("Address of the operational store: `sqlite:////path.db` or `postgresql://user@host/database`.", "")
    host: str = _meaning("Address on which the server listens.", "127.0.0.1")
    port: int = _meaning("Port on which the server listens.", 8600)
    zone: str = _meaning("Zone of the operation (IANA name), for business dates and hours. Fixed once data is in.", "Asia/Shanghai")
    language: str = _meaning("Language before a user has chosen one: `zh-CN` or `en`.", "zh-CN")
    memory: int = _meaning("Bytes that the embedded warehouse may use in all.", 3 * 1024**3)
    query_threads: int = _meaning("Threads that answer questions of pages and API.", 4)
    query_seconds: float = _meaning("Seconds after which a question is given up.", 30.0)
    backlog_bytes: int = _meaning("With this much received and not yet loaded, deliveries are put off (503).", 4 * 1024**3)
    free_bytes: int = _meaning("With less free disk than this, deliveries are put off (503).", 256 * 1024**2)
    future_hours: int = _meaning("How far ahead of the clock an event may be, in hours.", 24)
    secure_cookies: bool = _meaning("Send cookies over HTTPS only; set it behind TLS.", False)
    log_format: str = _meaning("`text` for people or `json` for machines.", "text")

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise SettingsError(f"zone: no zone {self.zone!r}; use an IANA name such as Asia/Shanghai") from error
        for name, valid in (("language", ("zh-CN", "en")), ("log_format", ("text", "json"))):
            if getattr(self, name) not in valid:
                raise SettingsError(f"{name}: {getattr(self, name)!r}; valid: {', '.join(valid)}")


def read_settings(home: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings of a home.

    Raises:
        SettingsError: unknown name or unusable value, with file and nearest valid name.
    """
    known = {f.name: f for f in fields(Settings)}
    given: dict[str, Any] = {}
    path = home / "settings.yaml"
    if path.exists():
        loaded = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        if not isinstance(loaded, dict):
            raise SettingsError(f"{path}: a mapping of names to values is expected")
        for name, value in loaded.items():
            if name not in known:
                raise SettingsError(f"{path}: no setting {name!r}; {valid_hint(str(name), known)}")
            given[name] = value
    for name in known:
        text = environment.get(f"TONGGUAN_{name.upper()}")
        if text is not None:
            given[name] = text
    values = {name: _convert(name, value, known[name].default) for name, value in given.items()}
    values.setdefault("warehouse", f"chdb://{home / 'warehouse'}")
    values.setdefault("records", f"sqlite:///{home / 'records.db'}")
    return Settings(**{name: value or _place(name, home) for name, value in values.items()})


def _place(name: str, home: Path) -> Any:
    places = {"warehouse": f"chdb://{home / 'warehouse'}", "records": f"sqlite:///{home / 'records.db'}"}
    return places.get(name, False if name == "secure_cookies" else 0)


def _convert(name: str, value: Any, default: Any) -> Any:
    if isinstance(default, bool):
        text = str(value).lower()
        if text not in ("true", "false", "1", "0", "yes", "no"):
            raise SettingsError(f"{name}: {value!r}; valid: true, false")
        return text in ("true", "1", "yes")
    try:
        return type(default)(value)
    except (TypeError, ValueError) as error:
        raise SettingsError(f"{name}: {value!r} is no {type(default).__name__}") from error
