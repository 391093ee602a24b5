"""Replaces the words of a source by those of the data model."""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.mapping.computed import Computed
from shared.mapping.model import folded

OTHER = "*"
"""Stands for every word without an entry."""

_MOST_NAMED = 10


def translate(values: pa.StringArray, vocabulary: Mapping[str, str]) -> Computed:
    """Translate words, ignoring case and surrounding white space. An absent word remains absent.

    A word without an entry is a fault, unless there is one for `*`; the message lists the words that were found.
    """
    known = {folded(word): meaning for word, meaning in vocabulary.items()}
    encoded = pc.dictionary_encode(values)
    words: list[str] = encoded.dictionary.to_pylist()
    meanings = [known.get(folded(word), known.get(OTHER)) for word in words]
    translated = pa.array(meanings, pa.string()).take(encoded.indices)
    missing = [word for word, meaning in zip(words, meanings, strict=True) if meaning is None]
    if not missing:
        return Computed(translated)
    named = ", ".join(repr(word[:50]) for word in missing[:_MOST_NAMED])
    reason = f"has no entry in values; words without one: {named}{', …' if len(missing) > _MOST_NAMED else ''}"
    rows = pc.indices_nonzero(pc.and_(pc.is_valid(values), pc.is_null(translated))).to_pylist()
    return Computed(translated, dict.fromkeys(rows, reason))
