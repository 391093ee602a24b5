"""The tables that Athena sees, as data: bases, roll-ups, reference rates and the quarantine."""

from shared.lake.catalog.rollup_tables import ROLLUP_TABLES
from shared.lake.catalog.table import Column, ExternalTable, LakeTable
from shared.lake.storage.paths import QUARANTINE
from shared.records.schema import RecordSchema
from shared.records.schemas import SCHEMAS
from shared.runtime.resources import Database

LAKE_DATABASE = Database("database")

QUARANTINE_TABLE = ExternalTable(
    name="quarantine",
    description="Rows that failed validation, as received, with every error.",
    prefix=f"{QUARANTINE}/",
    columns=(
        Column(name="origin", glue_type="string", comment="Id of the delivery that contained the row."),
        Column(name="source_id", glue_type="string"),
        Column(name="data_type", glue_type="string"),
        Column(name="row", glue_type="bigint", comment="Position in the delivery, starting at 0."),
        Column(name="raw", glue_type="string", comment="The row as received; base64 if it is not UTF-8 text."),
        Column(name="errors", glue_type="string", comment="JSON array of {field, code, message, rejected_value}."),
        Column(name="received_at", glue_type="timestamp"),
    ),
)

EXCHANGE_RATES = LakeTable(
    name="exchange_rates",
    description="Value of one unit of a currency in the reporting currency, by validity period in UTC days.",
    columns=(
        Column(name="reporting_currency", glue_type="string"),
        Column(name="currency", glue_type="string"),
        Column(name="valid_from", glue_type="string", comment="First UTC day, yyyy-MM-dd."),
        Column(name="valid_before", glue_type="string", comment="First UTC day on which it is no longer valid."),
        Column(name="rate", glue_type="decimal(38,15)", comment="Units of the reporting currency for one unit."),
    ),
)


HIDDEN_COLUMNS = (
    Column(name="_key", glue_type="bigint", comment="First half of the 128-bit hash of the record's key."),
    Column(name="_key2", glue_type="bigint", comment="Second half of the hash of the key."),
    Column(name="_said", glue_type="bigint", comment="Hash of the record's content."),
)
"""The columns of base tables by which merges tell records and their versions apart without reading them."""


def _base(schema: RecordSchema) -> LakeTable:
    own = (Column(name=field.name, glue_type=field.glue_type, comment=field.description) for field in schema.stored)
    return LakeTable(
        name=schema.data_type,
        description=schema.description,
        time_column=schema.event_time,
        columns=(*own, *HIDDEN_COLUMNS),
    )


BASE_TABLES = {data_type: _base(schema) for data_type, schema in SCHEMAS.items()}
"""The table of each data type."""

LAKE_TABLES = (*BASE_TABLES.values(), *ROLLUP_TABLES, EXCHANGE_RATES)
EXTERNAL_TABLES = (QUARANTINE_TABLE,)
