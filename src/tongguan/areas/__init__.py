"""What the business knows: one pack per area, with its event types, case kinds and codes."""
