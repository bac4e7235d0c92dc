"""Now, ids, money, calendar arithmetic: no dependencies, no I/O but the clock and the random source."""
