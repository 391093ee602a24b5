"""Takes records out of the nested documents that were sent, by the configuration of their source."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import orjson

from shared.ingestion.pii import strip_personal_data
from shared.mapping.explosion import LARGEST_EXPLOSION, NO_RECORDS, Misplaced, excerpt, explode
from shared.records.malformed import MalformedRecord
from shared.records.schemas import SCHEMAS
from shared.runtime.errors import UnusableConfiguration

if TYPE_CHECKING:
    from shared.mapping.model import MappingOf
    from shared.mapping.record_paths import RecordPaths
    from shared.records.schema import DataType

_TOO_MUCH = f"comes after {LARGEST_EXPLOSION} bytes of records with their parents; send fewer documents at once"


@dataclass(frozen=True)
class Records:
    """Records in the order of their documents, each with the number of its document; and what has no records.

    Positions count both from 0.
    """

    rows: list[Any] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    documents: list[int] = field(default_factory=list)
    malformed: list[MalformedRecord] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows) + len(self.malformed)

    def add(self, document: int, record: Any) -> None:
        """Add a record, or what should have records and has not."""
        if isinstance(record, Misplaced):
            raw = orjson.dumps(record.value).decode()
            self.malformed.append(MalformedRecord(len(self), raw, NO_RECORDS, record.reason))
        else:
            self.places.append(len(self))
            self.rows.append(record)
            self.documents.append(document)


def paths_of(mapping_of: "MappingOf", source_id: str, data_type: "DataType") -> "RecordPaths | None":
    """Return where a source has the records in its documents; None if each document is one."""
    try:
        mapping = mapping_of(source_id, data_type)
    except UnusableConfiguration:
        return None
    return None if mapping is None else mapping.nested


def explode_all(
    documents: Sequence[Any], paths: "RecordPaths", data_type: "DataType", *, most: int | None = None
) -> Records:
    """Return the records of documents; a document is refused whose records exceed the memory of all of them.

    Args:
        documents: the documents as sent.
        paths: where their records are.
        data_type: the type of the records.
        most: the number of records after which no further document is read, so that memory is bounded.
    """
    found, left = Records(), LARGEST_EXPLOSION
    for number, document in enumerate(documents):
        exploded = explode(document, paths)
        fits = exploded.size <= left
        left -= exploded.size if fits else 0
        for record in exploded.records if fits else [Misplaced(excerpt(document), _TOO_MUCH)]:
            found.add(number, record)
        if most is not None and len(found) > most:
            break
    return replace(found, malformed=without_personal_data(found.malformed, data_type))


def without_personal_data(malformed: Sequence[MalformedRecord], data_type: "DataType") -> list[MalformedRecord]:
    """Return malformed records without the personal fields of those that are JSON."""
    if not SCHEMAS[data_type].personal_fields_dropped:
        return list(malformed)
    return [_without_personal_data(each) if each.code == NO_RECORDS else each for each in malformed]


def _without_personal_data(record: MalformedRecord) -> MalformedRecord:
    (stripped,), _ = strip_personal_data([orjson.loads(record.raw)])
    return replace(record, raw=orjson.dumps(stripped).decode())
