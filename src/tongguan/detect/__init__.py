"""Numbers that are unlike other days: from what is watched to findings."""
