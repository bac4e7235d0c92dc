"""Tests of the application: settings, wiring, API, command line."""
