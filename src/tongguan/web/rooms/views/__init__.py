"""Saved views of lists: keep, rename, share, overwrite, delete, bring back; and which columns a user wants."""
