"""Servers of two workers never get the same port."""

from __future__ import annotations

import itertools
import socket

import pytest

from tests.fixtures import ports


def test_each_worker_has_ports_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    first = {ports.free_port() for _ in range(20)}
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw1")
    second = {ports.free_port() for _ in range(20)}
    assert len(first) == len(second) == 20
    assert first <= set(range(20_000, 21_000)) and second <= set(range(21_000, 22_000))


def test_a_port_in_use_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", ports.free_port()))
        taken.listen()
        number = taken.getsockname()[1]
        monkeypatch.setattr(ports, "_given", itertools.count(number % ports.EACH))
        assert ports.free_port() != number
