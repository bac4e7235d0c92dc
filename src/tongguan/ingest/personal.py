"""Which names say that their value is personal, and hiding such values in text that is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final

PERSONAL_NAMES: Final = frozenset(
    (
        *("phone", "mobile", "msisdn", "telephone", "email", "mail", "wechat", "openid", "unionid"),
        *("name", "customer_name", "contact_name", "receiver", "recipient", "address", "street", "birthday"),
        *("identity_number", "id_number", "id_card", "passport", "bank_card", "card_number", "bank_account"),
        *("ip", "ip_address", "imei", "imsi", "iccid"),
        *("real_name", "full_name", "user_name", "receiver_name", "recipient_name", "consignee"),
        *("姓名", "收件人", "手机", "手机号", "手机号码", "电话", "邮箱", "地址", "身份证", "身份证号", "身份证号码", "银行卡号"),
    )
)
"""Attribute names that are taken for personal in any type, declared or not: a source may send more than a pack knows."""

_LAST_WORDS: Final = frozenset(
    ("phone", "mobile", "msisdn", "telephone", "email", "address", "openid", "unionid", "passport", "birthday", "imei", "imsi", "iccid")
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_KIND = re.compile(r"[a-z][a-z0-9_]{0,31}")
_PAIR = re.compile(
    r'"(?P<name>[^"\\]{1,64})"(?P<colon>\s*:\s*)'
    r'(?P<value>"(?:[^"\\]|\\.)*(?:"|\\?\Z)|\[[^\]]*\]?|\{[^}]*\}?|[^\s",:\]}\[{]+)'
)

HIDDEN: Final = "***"


@lru_cache(maxsize=4096)
def is_personal_name(name: str) -> bool:
    """Tell whether a name says that its value is personal: ``phone``, ``receiver_phone``, ``contactEmail``, ``手机号``."""
    words = _HUMP.sub("_", name).replace("-", "_").lower()
    return words in PERSONAL_NAMES or words.rpartition("_")[2] in _LAST_WORDS


def token_kind(name: str) -> str:
    """Return the kind of token for the value of an attribute; ``personal`` for names that no token can carry."""
    kind = name.lower()
    return kind if _KIND.fullmatch(kind) else "personal"


def inner_personal(value: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield (object, name) of every personal value within a list or object, however deep, by its name alone."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting.extend(v for v in one if isinstance(v, list | dict))
        elif isinstance(one, dict):
            for name, inner in one.items():
                if inner not in (None, "") and is_personal_name(name):
                    yield one, name
                elif isinstance(inner, list | dict):
                    waiting.append(inner)


def hide_named(text: str, names: Iterable[str] = ()) -> str:
    """Return text that looks like JSON, whole or cut, with the values of personal names hidden.

    Args:
        names: further names that are personal here, such as those that the packs declare.
    """
    further = frozenset(names)

    def replace(found: re.Match[str]) -> str:
        name = found["name"]
        if name not in further and not is_personal_name(name):
            # Its value may hold names of its own.
            inner = found["value"]
            shown = _PAIR.sub(replace, inner) if inner[:1] in "[{" else inner
            return f'"{name}"{found["colon"]}{shown}'
        return f'"{name}"{found["colon"]}"{HIDDEN}"'

    return _PAIR.sub(replace, text)
