"""Why a whole delivery was not taken, and whether sending it again helps."""

from __future__ import annotations

from tongguan.model.reasons import Reject


class DeliveryError(Exception):
    """A delivery was refused; nothing of it was kept.

    Attributes:
        reject: the closed reason that the ledger counts.
        retry_after: seconds after which a retry may succeed; None when a retry cannot help.
    """

    reject = Reject.MALFORMED_BODY
    retry_after: int | None = None


class MalformedBodyError(DeliveryError):
    """The body is not what its content type says, from its first byte."""


class BodyTooLargeError(DeliveryError):
    """The body, or what it unpacks to, is larger than a delivery may be; send several smaller ones."""

    reject = Reject.TOO_LARGE


class UnsupportedMediaError(DeliveryError):
    """The content type or encoding is none that is read here."""

    reject = Reject.UNSUPPORTED_MEDIA


class KeyReusedError(DeliveryError):
    """The idempotency key was used before with another body; use a new key for a new body."""

    reject = Reject.KEY_REUSED


class BusyError(DeliveryError):
    """More is under way than can be held; the same delivery will be taken later."""

    reject = Reject.BUSY
    retry_after = 2


class SpoolDamagedError(Exception):
    """Frames that were on disk are not there any more, or are not as they were written; restore them from a backup."""


class NoSpaceError(DeliveryError):
    """The disk has no room; the same delivery will be taken once somebody made room."""

    reject = Reject.NO_SPACE
    retry_after = 30
