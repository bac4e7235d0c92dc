"""Addresses of the pages of fulfilment, which share their filters."""

from __future__ import annotations

from typing import Final

from tongguan.model.answers import FlowFilter
from tongguan.web.kit.address import Address
from tongguan.web.kit.filters import code_value
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.panorama.day import ShownDay

PATH: Final = "/fulfilment"
QUALITY: Final = "/acceptance"
FILTERS: Final = ("channel", "region", "business_class")


def filters_of(visit: Visit) -> FlowFilter:
    """Return which orders the address asks for."""
    return FlowFilter(**{name: code_value(visit, name) for name in FILTERS})


def address_of(visit: Visit, path: str, shown: ShownDay, **more: str) -> Address:
    """Return the address of a page of fulfilment with its filters and day."""
    return Address(path, {**{name: code_value(visit, name) for name in FILTERS}, "day": shown.value, **more})


def part_href(address: Address, part: str, **values: str) -> str:
    """Lead to a part with the filters of an address."""
    kept = {name: address.values[name] for name in (*FILTERS, "day")}
    return str(Address(f"{PATH}/{part}", {**kept, **values}))
