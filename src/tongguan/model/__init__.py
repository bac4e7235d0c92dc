"""The words that all rooms share: frozen types and ports, no I/O."""
