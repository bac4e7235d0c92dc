"""``/api/v1``: everything a page shows, and the way in for events. Pages, command line and API share the functions behind."""
