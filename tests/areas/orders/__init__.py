"""The area of orders."""
