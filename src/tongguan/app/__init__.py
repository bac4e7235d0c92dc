"""The only place that knows everything: settings, home, wiring, loops, command line, ASGI application."""
