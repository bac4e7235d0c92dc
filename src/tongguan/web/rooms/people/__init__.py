"""Users: their own account, and for administrators users and API tokens."""
