"""Several clients deliver to the same days at once: nothing is lost, nothing counted twice, everything balances."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import Client, Record, connected, sale
from tests.local.end_to_end.producer import message, put

CURRENCY = {"currency": "CHF"}
RANGE = {"start": "2016-05-01", "end": "2016-05-11", "filters[currency]": "CHF"}
EACH, SHARED, BATCHES = 3_000, 1_500, 5


def sales(numbers: range) -> list[Record]:
    """Return sales over ten days, each with the price that its number says."""
    return [
        sale(f"w-{number}", f"2016-05-{number % 10 + 1:02}", unit_price=f"{number}.25", **CURRENCY)
        for number in numbers
    ]


def expected(numbers: range) -> dict[str, Any]:
    """Return lines and revenue of each day."""
    days = [f"2016-05-{day:02}T00:00:00Z" for day in range(1, 11)]
    of_day = {day: [number for number in numbers if number % 10 == place] for place, day in enumerate(days)}
    return {day: (len(found), sum(found) + Decimal("0.25") * len(found)) for day, found in of_day.items()}


def test_overlapping_clients_and_a_stream_load_every_sale_once(platform: RunningPlatform, client: Client) -> None:
    first, second = range(EACH), range(EACH - SHARED, 2 * EACH - SHARED)
    streamed = range(2 * EACH - SHARED, 3 * EACH - SHARED)

    def post(source: str, numbers: range) -> list[Record]:
        with connected(platform) as own:
            return own.send_all(source, sales(numbers), size=EACH // BATCHES)

    with ThreadPoolExecutor() as clients:
        posted = [clients.submit(post, "writer-one", first), clients.submit(post, "writer-two", second)]
        put(platform, [message("writer-three", record) for record in sales(streamed)])
        statuses = [status for each in posted for status in each.result()]

    lines = [client.ledger_of(source, EACH) for source in ("writer-one", "writer-two", "writer-three")]
    assert {status["status"] for status in statuses} == {"completed"}
    for line in lines:
        assert line["received"] == EACH
        assert line["loaded"] + line["duplicate"] + line["conflict"] == EACH
        assert line["quarantined"] == line["conflict"] == line["superseded"] == 0
    assert sum(line["loaded"] for line in lines) == streamed.stop
    assert sum(line["duplicate"] for line in lines) == SHARED
    transactions, revenue = (client.metric(metric, **RANGE) for metric in ("transactions", "revenue"))
    told = {
        lines["timestamp"]: (lines["value"], amount["value"])
        for lines, amount in zip(transactions["data"], revenue["data"], strict=True)
    }
    assert told == expected(range(streamed.stop))


def test_results_during_merges_only_grow(platform: RunningPlatform, client: Client) -> None:
    span = {"start": "2016-06-01", "end": "2016-06-02", "filters[currency]": "CHF"}
    batches = [[sale(f"g-{batch}-{number}", "2016-06-01", **CURRENCY) for number in range(500)] for batch in range(6)]

    def post() -> None:
        with connected(platform) as own:
            for batch in batches:
                own.outcome(own.send("writer-growing", "transactions", batch)["batch_id"])

    seen: list[int] = []
    with ThreadPoolExecutor() as clients:
        posting = clients.submit(post)
        while not posting.done():
            lines, amounts = (
                client.metric(metric, **span)["summary"]["total"] for metric in ("transactions", "revenue")
            )
            assert lines <= amounts
            seen.append(int(lines))
        posting.result()

    assert seen == sorted(seen)
    assert {count % 500 for count in seen} == {0}
    assert client.metric("transactions", **span)["summary"]["total"] == 3_000
