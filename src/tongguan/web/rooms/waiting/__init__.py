"""All that waits, and how it stands against its limits."""
