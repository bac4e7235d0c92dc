"""Bodies of HTTP requests."""
