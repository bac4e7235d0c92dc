"""Planted faults: what goes wrong, where, from when to when, and what it should do to the numbers."""
