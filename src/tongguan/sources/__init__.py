"""How records come in. A source reads, splits and counts; it does not judge."""
