"""The tokens of an expression, in which names stand for everything that is not an operator."""

import re
from collections.abc import Iterator
from decimal import Decimal

from shared.mapping.expression_tree import Column, InvalidExpression, Literal, Node, Operator

_LONGEST_NUMBER = 30
_TOKEN = re.compile(
    r"""`(?P<column>[^`]+)`
    | (?P<text>"[^"]*"|'[^']*')
    | (?P<number>\d+(?:\.\d*)?|\.\d+)
    | (?P<word>[^\W\d]\w*)
    | (?P<operator><=|>=|!=|<>|==|[-+*/()<>=,])""",
    re.VERBOSE,
)
_BLANKS = re.compile(r"\s*")
_SPELLINGS = {"=": "==", "<>": "!="}
_WORDS = ("and", "or", "not")


class NamedParts:
    """Replaces the columns, texts, numbers and functions of an expression by names."""

    def __init__(self) -> None:
        self.meanings: dict[str, Node | Operator] = {}

    def spell(self, text: str) -> Iterator[str]:
        """Yield the tokens of an expression in Python's spelling; `meanings` then has the names among them."""
        place = _after_blanks(text, 0)
        while place < len(text):
            token = _TOKEN.match(text, place)
            if token is None:
                raise InvalidExpression(f"cannot be parsed at {text[place : place + 20]!r}; {_hint(text[place])}")
            place = _after_blanks(text, token.end())
            yield self._spell(str(token.lastgroup), token[token.lastgroup or 0], text[place : place + 1])

    def _spell(self, group: str, token: str, follower: str) -> str:
        match group:
            case "operator":
                return _SPELLINGS.get(token, token)
            case "word" if token.lower() in _WORDS:
                return token.lower()
            case "word" if follower == "(":
                return self._name(_function(token))
            case "number":
                return self._name(Literal(_number(token)))
            case "text":
                return self._name(Literal(token[1:-1].strip()))
            case _:
                return self._name(Column(token))

    def _name(self, meaning: Node | Operator) -> str:
        name = f"n{len(self.meanings)}"
        self.meanings[name] = meaning
        return name


def _after_blanks(text: str, place: int) -> int:
    found = _BLANKS.match(text, place)
    return place if found is None else found.end()


def _hint(character: str) -> str:
    if character in "`\"'":
        return "the closing quote is missing"
    if character == "%":
        return "divide by 100 instead of writing %"
    return "write columns whose names contain other characters in backticks, e.g. `Lineitem price`"


_FUNCTIONS = {"abs": Operator.ABS, "round": Operator.ROUND, "coalesce": Operator.COALESCE, "if": Operator.IF}


def _function(word: str) -> Operator:
    if word.lower() not in _FUNCTIONS:
        raise InvalidExpression(f"contains the unknown function {word}(); expected one of {', '.join(_FUNCTIONS)}")
    return _FUNCTIONS[word.lower()]


def _number(token: str) -> Decimal:
    if len(token) > _LONGEST_NUMBER:
        raise InvalidExpression(f"contains a number of more than {_LONGEST_NUMBER} characters")
    return Decimal(token)
