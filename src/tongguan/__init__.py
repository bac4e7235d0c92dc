"""Tongguan 通观: watches a whole sale, from the first visit to the last reconciled cent."""

__version__ = "0.1.0"
