"""The whole process at one look, and each of its stages."""
