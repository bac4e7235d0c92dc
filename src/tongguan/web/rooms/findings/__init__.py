"""What was unlike other days."""
