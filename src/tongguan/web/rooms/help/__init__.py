"""What the numbers mean and how to move by keyboard."""
