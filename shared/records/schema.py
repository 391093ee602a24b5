"""The vocabulary of record schemas: kinds of value, fields and versions."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cached_property


class DataType(StrEnum):
    """The data types that can be ingested."""

    TRANSACTIONS = "transactions"
    PRODUCTS = "products"
    CUSTOMERS = "customers"
    INVENTORY = "inventory"
    ORDERS = "orders"
    EVENTS = "events"
    DECISIONS = "decisions"
    LABELS = "labels"


class Kind(StrEnum):
    """The kind of a field's values, which determines validation and storage.

    `money` has 6 decimal places (decimal(18,6), |x| < 10^12) and `quantity` 4 (decimal(18,4), |x| < 10^14); values
    with further places are invalid. `timestamp` is UTC, truncated to milliseconds.
    """

    ID = "id"
    TEXT = "text"
    CHOICE = "choice"
    CURRENCY = "currency"
    TIMESTAMP = "timestamp"
    MONEY = "money"
    QUANTITY = "quantity"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TEXT_MAP = "text_map"
    NUMBER_MAP = "number_map"


GLUE_TYPES = {
    Kind.ID: "string",
    Kind.TEXT: "string",
    Kind.CHOICE: "string",
    Kind.CURRENCY: "string",
    Kind.TIMESTAMP: "timestamp",
    Kind.MONEY: "decimal(18,6)",
    Kind.QUANTITY: "decimal(18,4)",
    Kind.INTEGER: "bigint",
    Kind.NUMBER: "double",
    Kind.BOOLEAN: "boolean",
    Kind.TEXT_MAP: "map<string,string>",
    Kind.NUMBER_MAP: "map<string,double>",
}


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of a record: its kind, its bounds and its default.

    A field with `sign_of` may be negative only in records in which that other field is. It counts with the sign of
    that field, whichever sign it is written with. An id is put into the namespace of its source unless it is
    `shared`: it names nothing that a source delivers.
    """

    name: str
    kind: Kind
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    default: str | float | None = None
    sign_of: str | None = None
    default_from: str | None = None
    description: str = ""
    shared: bool = False

    @property
    def glue_type(self) -> str:
        """The column type in the Glue catalogue."""
        return GLUE_TYPES[self.kind]


INGESTED_AT = "ingested_at"
SOURCE_ID = "source_id"

STORED_FIELDS = (
    Field(name="attributes", kind=Kind.TEXT, description="Fields that are not in the schema, as JSON text."),
    Field(name=SOURCE_ID, kind=Kind.ID, description="The source that delivered the row."),
    Field(name=INGESTED_AT, kind=Kind.TIMESTAMP, description="When the platform received the row."),
    Field(name="_origin", kind=Kind.ID, description="Id of the delivery that contained the row."),
)


@dataclass(frozen=True, kw_only=True)
class RecordSchema:
    """A data type: its fields, the key and the version of a record, and its event time.

    `allowed_lateness` is the time after the end of a day during which changes to it are expected; a later change
    restates the day. `amounts` names the pairs of fields whose product is a bounded amount of money. An `indexed` type
    is also stored by id, for look-ups of single records. If `event_time_from` names an indexed type, the event time of
    a record is that of the record of this type to which the first field of its key refers; it is no content of its own.
    `rekeyed` means that the key was another in earlier versions of the data model.
    """

    data_type: DataType
    description: str
    key: tuple[str, ...]
    version: str
    fields: tuple[Field, ...]
    event_time: str | None = "timestamp"
    personal_fields_dropped: bool = False
    allowed_lateness: timedelta = timedelta(days=1)
    amounts: tuple[tuple[str, str], ...] = ()
    indexed: bool = False
    event_time_from: DataType | None = None
    rekeyed: bool = False

    @cached_property
    def stored(self) -> tuple[Field, ...]:
        """All columns of the base table, in order."""
        return self.fields + STORED_FIELDS

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """The fields that clients send, by name."""
        return {field.name: field for field in self.fields}

    @cached_property
    def dated(self) -> frozenset[str]:
        """The times that order, identify or partition records; they are neither in the future nor before 1990."""
        return frozenset(name for name in (self.event_time, self.version, *self.key) if name is not None)

    @cached_property
    def namespaced(self) -> tuple[str, ...]:
        """The ids of the record and of the records it refers to, which have the prefix of their source's namespace."""
        return tuple(field.name for field in self.fields if field.kind is Kind.ID and not field.shared)
