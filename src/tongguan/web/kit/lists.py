"""What list pages keep outside the page: views under names, and a note of every file that leaves."""

from __future__ import annotations

from typing import Protocol

from tongguan.web.kit.export import ExportLog
from tongguan.web.kit.saved_views import SavedViews


class Lists(SavedViews, ExportLog, Protocol):
    """Saved views and the log of exports; ``app`` keeps them in the operational store, ``kit/fake`` in memory."""
