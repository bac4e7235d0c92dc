"""The nearest valid word is that which comparing with every word finds."""

from __future__ import annotations

import difflib
from random import Random

from tongguan.areas.packs import build_vocabulary
from tongguan.lib.suggest import nearest, valid_hint

TYPES = list(build_vocabulary().event_types)


def misspelt(random: Random, word: str) -> str:
    letters = list(word)
    for _ in range(random.randrange(1, 4)):
        place = random.randrange(len(letters))
        match random.randrange(3):
            case 0:
                letters[place] = random.choice("abdeo_.")
            case 1:
                letters.insert(place, random.choice("aeiou"))
            case _ if len(letters) > 3:
                del letters[place]
    return "".join(letters)


def test_it_agrees_with_comparing_all() -> None:
    random = Random(7)
    for word in (misspelt(random, random.choice(TYPES)) for _ in range(60)):
        assert nearest(word, TYPES) == next(iter(difflib.get_close_matches(word, TYPES, n=1, cutoff=0.6)), None)


def test_short_and_far_words() -> None:
    assert nearest("", ["a", "b"]) is None and nearest("a", ["a", "b"]) == "a" and nearest("zzz", TYPES) is None
    assert valid_hint("ordr", ["order", "paid"]) == "did you mean 'order'? valid: order, paid"
    assert valid_hint("x", ["order", "paid"]) == "valid: order, paid"
