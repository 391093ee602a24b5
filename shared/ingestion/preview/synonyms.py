"""The names that columns of each field have in the files of shops and tills."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

_IGNORED = re.compile(r"[^a-z0-9]+")
_BETWEEN_NAMES = re.compile(r"""[,;|\t\r\n"'{}:\[\]<>]+""")
_LONGEST_NAME = 100


@cache
def synonyms() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Return the folded names by data type and field, the most certain first."""
    text = files(__package__).joinpath("synonyms.toml").read_text("utf-8")
    return {
        data_type: {name: [folded(name), *map(folded, words)] for name, words in fields.items()}
        for data_type, fields in tomllib.loads(text).items()
    }


def folded(name: str) -> str:
    """Return a name without case, blanks and punctuation."""
    return _IGNORED.sub("", name.casefold())


def names_in(text: str) -> frozenset[str]:
    """Return what in a text is the name of a column, as it is spelled there."""
    known = {word for fields in synonyms().values() for words in fields.values() for word in words}
    found = {each.strip() for each in _BETWEEN_NAMES.split(text) if len(each) <= _LONGEST_NAME}
    return frozenset(each for each in found if folded(each) in known)
