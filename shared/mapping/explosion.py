"""Turns a nested document into its records, each with the objects around it as its parents."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, MutableSequence, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, DecimalException
from functools import reduce
from itertools import takewhile
from typing import Any

import orjson

from shared.mapping.paths import EACH, PARENT, Path, Step, value_at, values_at
from shared.mapping.record_paths import RecordPaths
from shared.records.plain_numbers import EXACT, decimal_text, plain_decimal

MOST_RECORDS = 50_000
"""Records of one document."""

LARGEST_EXPLOSION = 64 * 1024 * 1024
"""Bytes of the records of one document, each with its parents: a large parent of many records multiplies."""

NO_RECORDS = "record_path"
"""The error code of documents whose records cannot be found."""


@dataclass(frozen=True)
class Misplaced:
    """A part of a document that should have records but has not, with the reason."""

    value: Any
    reason: str


@dataclass
class Explosion:
    """The records of one document, in order, and how many bytes they have with their parents."""

    records: MutableSequence[Any] = field(default_factory=list)
    size: int = 0


@dataclass(frozen=True)
class _Parent:
    kept: Mapping[str, Any]
    size: int


def explode(document: Any, paths: RecordPaths, *, path: Path | None = None) -> Explosion:
    """Return the records of a document.

    A record is a copy with one more member, `^`: the object around it, which in turn has its own `^`. Of these objects
    the members are kept that are plain values, or that a field names.

    Args:
        document: a JSON value, or the same made of XML elements.
        paths: the configuration.
        path: the path to the records, if the document is wrapped in another one.
    """
    chosen = path or paths.record_path
    if chosen is None:
        return Explosion([document])
    walk = _Walk(chosen, _named_by_level(paths))
    if paths.is_forked:
        _fork(walk, paths)
    walk.go(document, 0, None)
    if walk.is_too_large:
        reason = f"has more than {MOST_RECORDS} records, or {LARGEST_EXPLOSION} bytes in them and in their parents"
        return Explosion([Misplaced(excerpt(document), reason)])
    return walk.found


def _fork(walk: "_Walk", paths: RecordPaths) -> None:
    """Let a walk branch where the paths to the records of a document part, so that its records stay together."""
    wrapper = walk.path.steps[: len(walk.path.steps) - len(paths.record_paths[0].steps)]
    walk.fork = len(wrapper) + (_common_steps(paths.record_paths) if paths.also else 0)
    walk.or_document = paths.or_document
    walk.branches = [
        _Walk(
            replace(each, steps=(*wrapper, *each.steps)),
            walk.named,
            walk.found,
            is_optional=number > 0 or paths.or_document,
        )
        for number, each in enumerate(paths.record_paths)
    ]


def _common_steps(paths: Sequence[Path]) -> int:
    """Return with how many same steps all paths start."""
    together = zip(*(each.steps for each in paths), strict=False)
    return len(list(takewhile(lambda steps: len(set(steps)) == 1, together)))


def _named_by_level(paths: RecordPaths) -> Mapping[int, set[Step]]:
    named: defaultdict[int, set[Step]] = defaultdict(set)
    for _, each in paths.paths_taken:
        named[each.parents].add(each.steps[0])
    return named


@dataclass
class _Walk:
    """One walk through a document."""

    path: Path
    named: Mapping[int, set[Step]]
    found: Explosion = field(default_factory=Explosion)
    is_optional: bool = False
    """Whether documents may lack the members of the path."""

    fork: int | None = None
    """The number of steps after which the branches continue."""

    branches: "Sequence[_Walk]" = ()
    or_document: bool = False

    @property
    def is_too_large(self) -> bool:
        """Whether the records are more than memory is meant for."""
        return self.found.size > LARGEST_EXPLOSION or len(self.found.records) > MOST_RECORDS

    def go(self, value: Any, at: int, parent: _Parent | None) -> None:
        """Follow the steps from a number on."""
        steps = self.path.steps
        if self.is_too_large:
            return
        if at == self.fork and not isinstance(value, list):
            self._branch(value, at, parent)
        elif isinstance(value, list) and (at == len(steps) or steps[at] is EACH or self.path.is_xml):
            after = at + 1 if at < len(steps) and steps[at] is EACH else at
            for each in value:
                self.go(each, after, parent)
        elif at == len(steps):
            self._add(value, parent)
        else:
            self._step(value, at, parent)

    def _branch(self, value: Any, at: int, parent: _Parent | None) -> None:
        before = len(self.found.records)
        for branch in self.branches:
            branch.go(value, at, parent)
        if self.or_document and len(self.found.records) == before:
            self._add(value, parent)

    def _step(self, value: Any, at: int, parent: _Parent | None) -> None:
        match self.path.steps[at], value:
            case str() as name, dict() if value.get(name) is not None:
                self.go(value[name], at + 1, self._parent(value, name, at, parent))
            case int() as index, list() if index < len(value):
                self.go(value[index], at + 1, parent)
            case str() as name, dict() if self.is_optional and value.get(name) is None:
                return
            case _:
                self._miss(value, Path(self.path.steps[: at + 1], is_xml=self.path.is_xml))

    def _parent(self, value: Mapping[str, Any], followed: str, at: int, parent: _Parent | None) -> _Parent:
        named = self.named.get(sum(isinstance(step, str) for step in self.path.steps[at:]), set())
        kept = {
            name: each
            for name, each in value.items()
            if name != followed and (name in named or not isinstance(each, dict | list))
        }
        if parent is None:
            return _Parent(kept, len(orjson.dumps(kept)))
        return _Parent({**kept, PARENT: parent.kept}, len(orjson.dumps(kept)) + parent.size)

    def _add(self, value: Any, parent: _Parent | None) -> None:
        if not isinstance(value, dict):
            self._miss(value, self.path, "is not an object")
            return
        self.found.size += len(orjson.dumps(value)) + (parent.size if parent else 0)
        self.found.records.append({**value, PARENT: parent.kept if parent else {}})

    def _miss(self, value: Any, path: Path, what: str = "is missing or of another kind") -> None:
        self.found.records.append(Misplaced(value, f"{path} {what}"))


def excerpt(document: Any) -> Any:
    """Return what identifies a document that is too large to keep: its plain values."""
    if not isinstance(document, dict):
        return None
    return {name: each for name, each in document.items() if not isinstance(each, dict | list)}


def take_fields(rows: Sequence[Any], paths: RecordPaths) -> Iterator[Any]:
    """Yield rows with the columns that the configuration takes from their depths, and without their parents.

    A column that is missing at its paths keeps the value that the row has under its name.
    """
    for row in rows:
        if not isinstance(row, dict):
            yield row
            continue
        taken = {name: _first_value(row, each) for name, each in paths.field_paths.items()}
        taken |= {name: _first_sum(row, each) for name, each in paths.sum_paths.items()}
        flat = {name: value for name, value in row.items() if name != PARENT or paths.path is None}
        yield flat | {name: value for name, value in taken.items() if value is not None}


def _first_value(row: Any, paths: Sequence[Path]) -> Any:
    return next((found for path in paths if (found := value_at(row, path)) is not None), None)


def _first_sum(row: Any, paths: Sequence[Path]) -> str | None:
    """Add up the numbers at the first path that has any; None if there are none.

    A single value that is no plain number is returned as it is. Several of which one is none are returned as a sum in
    writing, which no number format reads, so that it becomes an error where the column is used.
    """
    for path in paths:
        texts = [text for each in values_at(row, path) if each is not None and (text := str(each).strip())]
        if texts:
            total = _total(texts)
            return " + ".join(texts) if total is None else decimal_text(total)
    return None


def _total(texts: Sequence[str]) -> Decimal | None:
    numbers = [plain_decimal(each) for each in texts]
    found = [each for each in numbers if each is not None]
    try:
        return reduce(EXACT.add, found, Decimal(0)) if len(found) == len(numbers) else None
    except DecimalException:
        return None
