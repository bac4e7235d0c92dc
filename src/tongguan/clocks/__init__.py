"""Time limits of what is open: working calendars."""
