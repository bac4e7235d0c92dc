"""Benches: what Tongguan takes, how fast, and what it survives. Figures go to docs/benchmarks.md."""
