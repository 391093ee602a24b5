"""The tables that Athena sees, as data: bases, roll-ups and the quarantine."""

from dataclasses import dataclass

from shared.lake.paths import BASE, QUARANTINE, REFERENCE, ROLLUP
from shared.records.catalogue import SCHEMAS
from shared.records.schema import Partition


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table: its name and its Glue type."""

    name: str
    glue_type: str
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class LakeTable:
    """One Glue table over Parquet: its columns, its prefix in the lake and whether `dt` partitions it."""

    name: str
    description: str
    prefix: str
    columns: tuple[Column, ...]
    partitioned: bool


_HOUR_AND_CURRENCY = (
    Column(name="hour", glue_type="timestamp", comment="Start of the hour, UTC."),
    Column(name="currency", glue_type="string"),
)
_SALES_MEASURES = (
    Column(name="lines", glue_type="bigint", comment="Distinct completed transaction lines."),
    Column(name="net_amount", glue_type="decimal(38,10)", comment="Sum of quantity x unit_price - discount."),
    Column(name="lowest_amount", glue_type="decimal(38,10)", comment="Smallest net amount of a line."),
    Column(name="highest_amount", glue_type="decimal(38,10)", comment="Largest net amount of a line."),
)
SALES_DIMENSIONS = ("product_category", "customer_segment", "region", "channel")
NO_DIMENSION = "none"

SALES_HOURLY = LakeTable(
    name="sales_hourly",
    description="Completed sale lines per hour and all dimensions; a function of the transactions partition.",
    prefix=f"{ROLLUP}/sales_hourly/",
    partitioned=True,
    columns=(
        *_HOUR_AND_CURRENCY,
        *(Column(name=name, glue_type="string") for name in SALES_DIMENSIONS),
        *_SALES_MEASURES,
    ),
)

SALES_HOURLY_BY_DIMENSION = LakeTable(
    name="sales_hourly_by_dimension",
    description="The same lines per hour and one dimension at a time, or none: far fewer rows for most questions.",
    prefix=f"{ROLLUP}/sales_hourly_by_dimension/",
    partitioned=True,
    columns=(
        *_HOUR_AND_CURRENCY,
        Column(name="dimension", glue_type="string", comment="Which dimension; `none` for all lines together."),
        Column(name="value", glue_type="string", comment="The dimension's value."),
        *_SALES_MEASURES,
    ),
)

QUARANTINE_TABLE = LakeTable(
    name="quarantine",
    description="Rows that failed validation, as received, with every reason.",
    prefix=f"{QUARANTINE}/",
    partitioned=True,
    columns=(
        Column(name="origin", glue_type="string", comment="The delivery that brought the row."),
        Column(name="source_id", glue_type="string"),
        Column(name="data_type", glue_type="string"),
        Column(name="row", glue_type="bigint", comment="0-based place in the delivery."),
        Column(name="raw", glue_type="string", comment="The row as received; base64 where it is not UTF-8 text."),
        Column(name="errors", glue_type="string", comment="JSON array of {field, code, message, rejected_value}."),
        Column(name="received_at", glue_type="timestamp"),
    ),
)

EXCHANGE_RATES = LakeTable(
    name="exchange_rates",
    description="What one unit of a currency is worth in the reporting currency, from one UTC day to another.",
    prefix=f"{REFERENCE}/exchange_rates/",
    partitioned=False,
    columns=(
        Column(name="currency", glue_type="string"),
        Column(name="valid_from", glue_type="string", comment="First UTC day, yyyy-MM-dd."),
        Column(name="valid_before", glue_type="string", comment="First UTC day that it is not valid on any more."),
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


TABLES = (*_bases(), SALES_HOURLY, SALES_HOURLY_BY_DIMENSION, QUARANTINE_TABLE, EXCHANGE_RATES)
