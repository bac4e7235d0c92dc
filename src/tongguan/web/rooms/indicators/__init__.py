"""Indicators 指标: the catalogue of all of them, and the page of each."""
