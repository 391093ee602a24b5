"""The tables that Athena sees, as data: bases, roll-ups, the quarantine and reference rates."""

from shared.lake.catalog.rollup_tables import ROLLUP_TABLES
from shared.lake.catalog.table import Column, LakeTable
from shared.lake.storage.paths import BASE, QUARANTINE, REFERENCE
from shared.records.schema import Partition
from shared.records.schemas import SCHEMAS

QUARANTINE_TABLE = LakeTable(
    name="quarantine",
    description="Rows that failed validation, as received, with every error.",
    prefix=f"{QUARANTINE}/",
    partitioned=True,
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
    prefix=f"{REFERENCE}/exchange_rates/",
    partitioned=False,
    columns=(
        Column(name="reporting_currency", glue_type="string"),
        Column(name="currency", glue_type="string"),
        Column(name="valid_from", glue_type="string", comment="First UTC day, yyyy-MM-dd."),
        Column(name="valid_before", glue_type="string", comment="First UTC day on which it is no longer valid."),
        Column(name="rate", glue_type="decimal(38,15)", comment="Units of the reporting currency for one unit."),
    ),
)


def _bases() -> tuple[LakeTable, ...]:
    return tuple(
        LakeTable(
            name=schema.data_type,
            description=schema.description,
            prefix=f"{BASE}/{schema.data_type}/",
            partitioned=schema.partition is Partition.DAY,
            columns=tuple(
                Column(name=field.name, glue_type=field.glue_type, comment=field.description) for field in schema.stored
            ),
        )
        for schema in SCHEMAS.values()
    )


TABLES = (*_bases(), *ROLLUP_TABLES, QUARANTINE_TABLE, EXCHANGE_RATES)
