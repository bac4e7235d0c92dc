"""Settings: which one holds, and what a wrong one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tongguan.app.settings import Settings, SettingsError, read_settings


def read(home: Path, text: str | None = None, **environment: str) -> Settings:
    if text is not None:
        (home / "settings.yaml").write_text(text, encoding="utf-8")
    return read_settings(home, {f"TONGGUAN_{name.upper()}": value for name, value in environment.items()})


def test_defaults_are_of_the_home(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert (found.warehouse, found.records) == (f"chdb://{tmp_path}/warehouse", f"sqlite:///{tmp_path}/records.db")
    assert (found.host, found.port, found.zone, found.language) == ("127.0.0.1", 8600, "Asia/Shanghai", "zh-CN")


def test_the_environment_goes_before_the_file_and_the_file_before_defaults(tmp_path: Path) -> None:
    text = "port: 8700\nzone: Europe/Berlin\nquery_seconds: 5\nsecure_cookies: true\n"
    found = read(tmp_path, text, port="8800", language="en", secure_cookies="no")
    assert (found.port, found.zone, found.language, found.query_seconds) == (8800, "Europe/Berlin", "en", 5.0)
    assert found.secure_cookies is False
    assert (read(tmp_path).port, read(tmp_path).secure_cookies) == (8700, True)
    assert read(tmp_path, warehouse="clickhouse://u:p@h:8123/d").warehouse == "clickhouse://u:p@h:8123/d"


@pytest.mark.parametrize("text", ["", "# nothing\n", "port:\nzone: ''\nwarehouse:\nhost:\nsecure_cookies:\n", "{}"])
def test_a_name_without_a_value_is_not_set(tmp_path: Path, text: str) -> None:
    plain = read(tmp_path)
    assert read(tmp_path, text, port="", zone=" ", language="", warehouse="", host="", secure_cookies="") == plain


def test_zero_is_a_value(tmp_path: Path) -> None:
    found = read(tmp_path, "free_bytes: 0\nport: 0\n", future_hours="0")
    assert (found.free_bytes, found.port, found.future_hours) == (0, 0, 0)


@pytest.mark.parametrize(("value", "expected"), [("true", True), ("YES", True), ("1", True), ("False", False), ("0", False), ("no", False)])
def test_truth(tmp_path: Path, value: str, expected: bool) -> None:
    assert read(tmp_path, secure_cookies=value).secure_cookies is expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prot: 8700", r"settings\.yaml: no setting 'prot'; did you mean 'port'"),
        ("Port: 8700", r"no setting 'Port'; did you mean 'port'"),
        ("5: 1", r"no setting 5; valid: "),
        ("- port", r"settings\.yaml: a mapping of names to values is expected"),
        ("port", r"a mapping of names to values is expected"),
        ("port: [", r"settings\.yaml: no YAML: "),
        ("port: 87OO", r"settings\.yaml: port: '87OO' is no whole number"),
        ("port: 8600.5", r"port: 8600\.5 is no whole number"),
        ("port: true", r"port: True is no whole number"),
        ("port: [1]", r"port: \[1\] is no whole number"),
        ("port: 70000", r"port: 70000; valid: 0 to 65535"),
        ("port: -1", r"port: -1; valid: 0 to 65535"),
        ("query_threads: 0", r"query_threads: 0; valid: 1 to 256"),
        ("query_seconds: 0", r"query_seconds: 0\.0; valid: at least 0\.1"),
        ("query_seconds: .nan", r"query_seconds: nan; valid"),
        ("query_seconds: soon", r"query_seconds: 'soon' is no number"),
        ("memory: 1000", r"memory: 1000; valid: at least 67108864"),
        ("free_bytes: -1", r"free_bytes: -1; valid: at least 0"),
        ("host: 8", r"host: 8 is no text"),
        ("secure_cookies: maybe", r"secure_cookies: 'maybe'; valid: true, false"),
        ("language: de", r"language: 'de'; valid: zh-CN, en"),
        ("log_format: xml", r"log_format: 'xml'; valid: text, json"),
        ("zone: Asia/Peking", r"zone: no zone 'Asia/Peking'; use an IANA name such as Asia/Shanghai"),
        ("zone: ../etc/passwd", r"zone: no zone"),
        ("zone: Asia", r"zone: no zone 'Asia'"),
    ],
)
def test_what_cannot_be_is_told(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        read(tmp_path, text)


def test_a_wrong_variable_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="TONGGUAN_PORT: 'x' is no whole number"):
        read(tmp_path, port="x")


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_bytes(b"\xff\xfe\x00port")
    with pytest.raises(SettingsError, match="no YAML"):
        read(tmp_path)


def test_other_variables_are_none_of_our_business(tmp_path: Path) -> None:
    assert read_settings(tmp_path, {"TONGGUAN_HOME": "/x", "PORT": "1", "tongguan_port": "2"}).port == 8600
