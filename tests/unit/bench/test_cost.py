"""Costs are computed as AWS charges: examples worked by hand."""

import math
from itertools import pairwise

import pytest

from bench.cost_month import (
    PLATFORM_LINES,
    SECONDS,
    Scanned,
    Stream,
    Viewers,
    computing,
    kept,
    queue_requests,
    runs_in_a_month,
    stream_parts,
    viewer_usage,
    waiting_seconds,
)
from bench.cost_prices import PRICES, Meter, by_service, dollars
from bench.cost_run import Run
from bench.cost_units import (
    cpu_seconds_in,
    index_entry,
    index_units,
    item_bytes,
    put_units,
    queries_a_second,
    read_units,
    scanned_terabytes,
    shards,
    traces_a_second,
    write_units,
)
from bench.cost_usage import Usage
from shared.runtime.resources import Index, Table, Write

MEGABYTE = 1024**2


def test_every_meter_has_a_price_with_its_page_and_rising_tiers() -> None:
    assert PRICES.keys() == set(Meter)
    for price in PRICES.values():
        ends = [end for end, _ in price.tiers]
        assert ends == sorted(ends)
        assert ends[-1] == math.inf
        assert price.page.startswith("https://aws.amazon.com/")


def test_each_tier_charges_its_own_units_only() -> None:
    # 333 million at 3.50, 667 million at 2.80 and 500 million at 2.38 dollars a million.
    assert dollars(Meter.API_REQUEST, 1.5e9) == pytest.approx(333 * 3.5 + 667 * 2.8 + 500 * 2.38)


def test_an_index_is_charged_where_its_entry_appears_moves_or_changes() -> None:
    table = Table("t", writes=Write.PUT, partition_key="id")
    index = Index(name="by_state", partition_key="state", attributes=("label",))
    entries = [
        index_entry(table, index, item)
        for item in (
            {"id": {"S": "1"}},
            {"id": {"S": "1"}, "state": {"S": "open"}, "label": {"S": "x"}, "count": {"N": "1"}},
            {"id": {"S": "1"}, "state": {"S": "open"}, "label": {"S": "x"}, "count": {"N": "2"}},
            {"id": {"S": "1"}, "state": {"S": "open"}, "label": {"S": "y" * 1024}},
            {"id": {"S": "1"}, "state": {"S": "done"}, "label": {"S": "x"}},
        )
    ]

    units = [index_units(index, before, after) for before, after in pairwise([*entries, None])]

    assert entries[1] == {"id": {"S": "1"}, "state": {"S": "open"}, "label": {"S": "x"}}
    assert units == [1, 0, 2, 4, 1]


def test_a_service_is_charged_for_all_of_its_meters_and_the_dearest_is_first() -> None:
    usage = {Meter.SQS_REQUEST: 1e6, Meter.KINESIS_SHARD_HOUR: 1_460, Meter.KINESIS_KEPT_SHARD_HOUR: 1_460}

    bill = by_service(usage)

    assert list(bill) == ["Kinesis", "SQS"]
    assert bill["Kinesis"] == pytest.approx(1_460 * 0.035)


@pytest.mark.parametrize(("size", "plain", "in_transaction"), [(0, 1, 2), (1_024, 1, 2), (1_025, 2, 4)])
def test_a_write_costs_a_unit_for_each_kilobyte_begun_and_two_in_a_transaction(
    size: int, plain: int, in_transaction: int
) -> None:
    assert write_units(size) == plain
    assert write_units(size, in_transaction=True) == in_transaction


def test_a_read_costs_half_a_unit_for_each_four_kilobytes_begun_one_if_consistent_two_in_a_transaction() -> None:
    assert read_units(0) == 0.5
    assert read_units(4_097) == 1
    assert read_units(4_097, consistent=True) == 2
    assert read_units(4_097, in_transaction=True) == 4


def test_an_item_is_as_large_as_its_names_and_values() -> None:
    item = {
        "id": {"S": "bär"},  # 2 + 4: two bytes for the umlaut
        "n": {"N": "12345"},  # 1 + 4: a byte for each two digits and one more
        "ok": {"BOOL": True},  # 2 + 1
        "list": {"L": [{"NULL": True}, {"S": "ab"}]},  # 4 + 3, and 1 for each element beside its own 1 and 2
        "map": {"M": {"a": {"B": b"xyz"}}},  # 3 + 3 + 1, and 1 + 3 inside
        "set": {"SS": ["a", "bc"]},  # 3 + 3
    }

    assert item_bytes(item) == 6 + 5 + 3 + 12 + 11 + 6


def test_a_record_of_a_stream_costs_a_unit_for_each_25_kilobytes_begun() -> None:
    assert [put_units(size) for size in (1, 25 * 1024, 25 * 1024 + 1)] == [1, 1, 2]


def test_a_query_is_charged_for_ten_megabytes_at_least_and_for_whole_ones() -> None:
    assert scanned_terabytes(1) == 10 / MEGABYTE
    assert scanned_terabytes(10 * MEGABYTE + 1) == 11 / MEGABYTE


def test_a_function_with_less_than_a_core_computes_longer_and_one_with_more_no_faster() -> None:
    assert cpu_seconds_in(1769, 2.0) == 2.0
    assert cpu_seconds_in(3008, 2.0) == 2.0
    assert cpu_seconds_in(512, 2.0) == pytest.approx(2.0 * 1769 / 512)


def test_the_first_run_of_a_second_is_traced_and_a_twentieth_of_the_others() -> None:
    assert traces_a_second(0.5) == 0.5
    assert traces_a_second(21) == 2.0


def test_a_stream_has_shards_for_its_records_and_its_bytes() -> None:
    assert shards(100, 500, least=2) == 2
    assert shards(10_000, 50, least=2) == 10
    assert shards(1_000, 4 * 1024, least=2) == 4


def test_queries_run_as_often_as_asked_or_as_many_as_fit() -> None:
    assert queries_a_second(8, every_seconds=2, at_once=16, seconds=1) == 4
    assert queries_a_second(160, every_seconds=2, at_once=16, seconds=1) == 16


def test_messages_are_sent_one_by_one_and_received_and_deleted_in_tens() -> None:
    assert queue_requests(100, 1) == 120
    assert queue_requests(2, 1) == 4


def test_a_run_waits_for_each_of_its_requests() -> None:
    run = Run(function="merger", cpu=0, calls={"s3 GetObject": 2, "dynamodb Query": 3, "athena StartQueryExecution": 1})

    assert waiting_seconds(run) == pytest.approx(2 * 0.1 + 3 * 0.01 + 1)


def test_a_run_is_charged_for_computing_waiting_and_its_log() -> None:
    run = Run(function="stream_consumer", cpu=0.1, calls={"s3 PutObject": 1}, logged=1_000)

    usage = computing(run)

    gigabytes = 1769 / 1024
    assert usage[Meter.LAMBDA_REQUEST] == 1
    assert usage[Meter.LAMBDA_GB_SECOND] == pytest.approx(0.1 * gigabytes)
    assert usage[Meter.LAMBDA_WAITED_GB_SECOND] == pytest.approx(0.1 * gigabytes)
    assert usage[Meter.LOG_GB] == pytest.approx((1_000 + len(PLATFORM_LINES)) / 1024**3)


def test_a_function_that_runs_each_second_writes_a_months_units() -> None:
    run = Run(function="stream_consumer", cpu=0, usage={Meter.DYNAMODB_WRITE: 19})

    usage = runs_in_a_month(run, 2)

    # 19 units, twice a second, 2 628 000 seconds, 0.625 dollars a million.
    assert dollars(Meter.DYNAMODB_WRITE, usage[Meter.DYNAMODB_WRITE]) == pytest.approx(62.415)
    assert usage[Meter.TRACE] == pytest.approx(1.05 * SECONDS)


def test_logs_are_kept_for_their_retention_and_tables_once_more_for_recovery() -> None:
    usage = kept(Usage({Meter.LOG_GB: 2, Meter.DYNAMODB_GB_MONTH: 5}), log_months=3, has_backups=True)

    assert usage[Meter.LOG_GB_MONTH] == 6
    assert usage[Meter.DYNAMODB_BACKUP_GB_MONTH] == 5


def test_the_roll_up_job_begins_anew_as_soon_as_it_has_ended() -> None:
    stream = _stream(rolled_up=(1.0, 1e-6))

    usage = stream_parts(stream, version_days=1)["rollup_job"]

    # At midday 4 320 000 rows take 1 s + 4.32 s, after a window of 2 s.
    runs = SECONDS / 7.32
    assert usage[Meter.LAMBDA_REQUEST] == pytest.approx(runs)
    assert usage[Meter.LAMBDA_GB_SECOND] == pytest.approx(runs * 5.32 * 3008 / 1024)


def test_each_merge_starts_what_is_told_of_it() -> None:
    usage = stream_parts(_stream(), version_days=1)["alerts and pushes"]

    # Two functions every two seconds, each with a message that is sent, received and deleted.
    assert usage[Meter.LAMBDA_REQUEST] == pytest.approx(SECONDS)
    assert usage[Meter.SQS_REQUEST] == pytest.approx(3 * SECONDS)


def test_merged_deliveries_are_stored_as_old_versions_beside_the_rows() -> None:
    usage = stream_parts(_stream(), version_days=1)["rows and deliveries kept"]

    # Rows add up all month, deliveries only on its first day; a month has 730 hours.
    rows, deliveries = 100 * SECONDS * 60 / 2, 2 * 8_000 * 86_400 * (730 - 12) / 730
    assert usage[Meter.S3_GB_MONTH] == pytest.approx((rows + deliveries) / 1024**3)


def test_dashboards_that_ask_the_same_share_their_queries() -> None:
    viewers = Viewers(
        pushed=Run(function="pusher", cpu=0),
        delivered=Run(function="deliverer", cpu=0),
        read=Run(function="dashboards", cpu=0),
        scanned=[Scanned(fixed=0, a_row=0, a_changed_row=0)] * 4,
        answer_bytes=1_000,
    )

    same = viewer_usage(viewers, _stream(), dashboards=20, different=1)
    different = viewer_usage(viewers, _stream(), dashboards=20, different=20, every_seconds=60)

    # 4 queries every 2 seconds; 80 every 60 seconds.
    assert same[Meter.ATHENA_TB] == pytest.approx(2 * SECONDS * 10 / MEGABYTE)
    assert different[Meter.ATHENA_TB] == pytest.approx(80 / 60 * SECONDS * 10 / MEGABYTE)


@pytest.mark.parametrize(
    ("rolled_up", "changed"),
    [
        ((10.0, 0.0), 1_800 + 2 + 10),  # half an hour, the window, and the computation
        ((10.0, 90 / 4_320_000), 1_800 + 2 + 100),  # 100 rows a second for half a day
        ((451.0, 0.0), 43_200),  # in the evening longer than a run may take
    ],
)
def test_hourly_questions_scan_what_changed_since_the_roll_ups_and_others_all_of_today(
    rolled_up: tuple[float, float], changed: float
) -> None:
    stream = _stream(rolled_up)

    hourly = Scanned(fixed=1_000, a_row=0, a_changed_row=8).at(stream)
    daily = Scanned(fixed=1_000, a_row=8, a_changed_row=8).at(stream)

    assert hourly == pytest.approx(1_000 + 8 * 100 * changed)
    assert daily == pytest.approx(1_000 + 8 * 100 * 43_200)


def _stream(rolled_up: tuple[float, float] = (0.0, 0.0)) -> Stream:
    return Stream(
        rate=100,
        shards=2,
        record_bytes=500,
        consumed=Run(function="stream_consumer", cpu=0, put_bytes={"incoming": 8_000}),
        merged=Run(function="merger", cpu=0, calls={"eventbridge PutEvents": 1}),
        noticed=[Run(function="alert_evaluator", cpu=0), Run(function="pusher", cpu=0)],
        rolled_up=rolled_up,
        roll_up=Run(function="rollup_job", cpu=0),
        row_bytes=60,
        compaction_seconds=0,
    )
