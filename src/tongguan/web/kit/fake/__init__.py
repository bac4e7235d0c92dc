"""An operation in memory: answers pages without a warehouse, for tests, screenshots and work on pages."""
