"""How the roll-up of features reads decisions, for Arrow and SQL alike: kinds of values, names, halves and hashes."""

import hashlib
from enum import StrEnum


class FeatureKind(StrEnum):
    """What a row of the roll-up counts: decisions, attributions, or values of a kind of one feature.

    `hash` has the texts of a feature that has too many of them, by the bin of their hash.
    """

    DECISIONS = "decisions"
    ATTRIBUTION = "attribution"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TEXT = "text"
    HASH = "hash"


class FeatureNames(StrEnum):
    """Names of features, as regular expressions.

    `features.` is put before names of the decision's own fields.
    """

    OWN_FIELDS = "^(features[.])*(score|amount)$"


OWN_FIELDS = FeatureNames.OWN_FIELDS

EVEN, ODD = "even", "odd"
"""The halves of decisions: bins are chosen on one and counted on the other."""

LONGEST_VALUE, SHORTENED = 100, 64
"""Texts of more characters are their first ones and a hash."""

MOST_VALUES = 1_000
"""Texts of a feature, model and day that are counted each by itself; with more of them, all are counted by hash."""

HASH_BINS = 20
MICRO, LARGEST_ATTRIBUTION = 1e6, 1e12
"""Attributions are summed as whole millionths of their magnitude, each at most so many, so that sums are exact."""

_HASH_DIGITS, _MOST_DIGITS = 8, 16


def half_of(decision_id: str) -> str:
    """Return the half of a decision: whether the first 32 bits of the MD5 of its id are an even or an odd number."""
    return ODD if _hash(decision_id) % 2 else EVEN


def hash_bin(text: str) -> int:
    """Return the bin of a text, 0 to 19: the first 32 bits of its MD5, modulo 20."""
    return _hash(text) % HASH_BINS


def shorten(text: str) -> str:
    """Return the first 64 characters of a text and half of its MD5."""
    return f"{text[:SHORTENED]}…{_digest(text)[:_MOST_DIGITS].upper()}"


def _hash(text: str) -> int:
    return int(_digest(text)[:_HASH_DIGITS], 16)


def _digest(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
