"""Pages by the stage that they belong to; one folder each."""
