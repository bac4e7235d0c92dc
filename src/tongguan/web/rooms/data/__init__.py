"""What came in: books per source, deliveries, quarantine."""
