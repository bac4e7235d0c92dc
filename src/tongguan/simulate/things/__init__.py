"""Everything besides customers' own doings: devices, probes, stock, listings, campaigns, money between us and partners, instructions."""
