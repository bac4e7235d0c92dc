"""Where cases stand, lists of them, and one case's story."""
