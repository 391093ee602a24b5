"""What a delivery asks of S3, Glue and DynamoDB from its acceptance to its publication, and what it writes."""

from datetime import UTC, datetime
from statistics import median

import boto3

from bench.cost_prices import Meter
from bench.cost_requests import RequestMeter
from bench.measure import Row
from bench.sales import sale_lines
from bench.table_lake import TableLake, table_lake
from shared.ingestion.delivery import Delivery
from shared.ledger.entry import DeliveryKind
from shared.records.schema import DataType

SALES = DataType.TRANSACTIONS
SIZES = (100, 1_000, 10_000)
SERVICES = ("s3", "glue", "dynamodb", "sqs", "eventbridge")
_DELIVERIES = 7
_AT = datetime(2026, 3, 3, tzinfo=UTC)


def measure() -> list[Row]:
    """Load and merge deliveries one by one, and take the medians of what each size costs."""
    with table_lake() as lake:
        _deliver(lake, "warm", 100)
        rows = [row for lines in SIZES for row in _measured(lake, lines)]
        together = _together(lake)
        units = [_units(lake, deliveries) for deliveries in (1, 4, 50)]
    return [*rows, together, *units]


def _measured(lake: TableLake, lines: int) -> list[Row]:
    calls, written = list[dict[str, int]](), list[dict[str, int]]()
    for number in range(_DELIVERIES):
        lake.requests.reset()
        _deliver(lake, f"{lines}-{number}", lines)
        calls.append(dict(lake.requests.calls))
        written.append(dict(lake.requests.written))
    return [
        _row(
            f"a delivery of {lines:,} lines: {service}",
            median(each.get(service, 0) for each in calls),
            median(each.get(service, 0) for each in written),
            lines,
        )
        for service in SERVICES
    ]


def _together(lake: TableLake, deliveries: int = 50, lines: int = 100) -> Row:
    """Merge many small deliveries in one pass, as a committer does that they wait for."""
    lake.requests.reset()
    for number in range(deliveries):
        _load(lake, f"together-{number}", lines)
    lake.wired.merger.merge([SALES], has_time=lambda: True)
    calls, written = lake.requests.calls.total(), lake.requests.written.total()
    return _row(
        f"{deliveries} deliveries of {lines:,} lines in one pass: all services", calls, written, deliveries * lines
    )


def _units(lake: TableLake, deliveries: int, lines: int = 100) -> Row:
    """Count the write units of deliveries that are merged in one pass."""
    meter = RequestMeter(boto3.Session().client("dynamodb"))
    meter.listen(lake.wired.clients.dynamodb.meta.events)
    for number in range(deliveries):
        _load(lake, f"units-{deliveries}-{number}", lines)
    loaded = meter.usage[Meter.DYNAMODB_WRITE]
    lake.wired.merger.merge([SALES], has_time=lambda: True)
    units = meter.usage[Meter.DYNAMODB_WRITE] / deliveries
    return Row(
        name=f"{deliveries} deliveries in one pass: write units of DynamoDB",
        ours=f"{units:.1f} a delivery",
        against="of these to load it",
        theirs=f"{loaded / deliveries:.1f}",
        ratio=units,
        aim="-",
        met=None,
    )


def _deliver(lake: TableLake, name: str, lines: int) -> None:
    _load(lake, name, lines)
    lake.wired.merger.merge([SALES], has_time=lambda: True)


def _load(lake: TableLake, name: str, lines: int) -> None:
    rows = [line | {"transaction_id": f"{name}-{place}"} for place, line in enumerate(sale_lines(lines))]
    lake.wired.loader.load(
        Delivery(
            delivery_id=f"batch-{name}",
            kind=DeliveryKind.BATCH,
            source_id="shop",
            data_type=SALES,
            received_at=_AT,
            rows=rows,
            ingested_at=_AT,
        )
    )


def _row(name: str, calls: float, written: float, lines: int) -> Row:
    return Row(
        name=name,
        ours=f"{calls:.0f} requests, {calls / lines:.4f} a line",
        against="bytes written per line",
        theirs=f"{written / lines:.1f} B",
        ratio=calls / lines,
        aim="-",
        met=None,
    )
