"""Why a record did not become an event: closed lists, counted, shown, and never anything else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Quarantine(StrEnum):
    """A record that was read but not taken; it is kept, and can be replayed once its cause is mended."""

    MALFORMED_JSON = "malformed_json"
    NOT_AN_OBJECT = "not_an_object"
    WRONG_TYPE = "wrong_type"
    MISSING_FIELD = "missing_field"
    UNKNOWN_FIELD = "unknown_field"
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_CODE = "unknown_code"
    BAD_TIME = "bad_time"
    TIME_WITHOUT_ZONE = "time_without_zone"
    TIME_IN_FUTURE = "time_in_future"
    TIME_TOO_OLD = "time_too_old"
    BAD_ATTRIBUTE = "bad_attribute"
    BAD_AMOUNT = "bad_amount"
    TOO_LARGE = "too_large"
    BAD_TEXT = "bad_text"
    ID_REUSED = "id_reused"
    BAD_ROW = "bad_row"
    UNMAPPED_CODE = "unmapped_code"
    JOIN_MISSING = "join_missing"


class Reject(StrEnum):
    """A whole delivery that was refused before its records were looked at; the sender was told."""

    NOT_AUTHENTICATED = "not_authenticated"
    TOO_LARGE = "too_large"
    UNSUPPORTED_MEDIA = "unsupported_media"
    MALFORMED_BODY = "malformed_body"
    KEY_REUSED = "key_reused"
    BUSY = "busy"
    NO_SPACE = "no_space"


@dataclass(frozen=True)
class Problem:
    """What is wrong with one record.

    Attributes:
        reason: one of the closed list.
        field: the column or attribute concerned; empty when it is the whole record.
        value: the offending value as text, shortened, with personal data masked.
        message: one sentence in English for the sender.
        valid: what would have been valid.
    """

    reason: Quarantine
    field: str
    value: str
    message: str
    valid: str
