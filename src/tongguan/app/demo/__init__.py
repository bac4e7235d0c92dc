"""The demo: a home that lives in the made-up province, with its past and its present."""
