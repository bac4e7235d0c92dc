"""Now, ids, money, calendar arithmetic, YAML with line numbers: no I/O but the clock and the random source."""
