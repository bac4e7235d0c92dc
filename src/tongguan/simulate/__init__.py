"""A province that never was: seeded traffic, orders, money and people, with faults whose truth is known.

Everything is a pure function of a seed: :mod:`chance` draws, :mod:`columns` and :mod:`telling` say what happened, :mod:`render`
writes it as events, :mod:`world` puts a day together. See ``docs/decisions/0007-a-province-of-pure-functions.md``.
"""
