"""A stopped or killed platform restarts with every figure; its printed commands work."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local import run_state
from infra.local.layout import PROJECT
from tests.local.end_to_end.client import Client, connected, counted, data_of, sale
from tests.local.end_to_end.laptop import ENDED_WITHIN, Laptop
from tests.local.end_to_end.waiting import until

DAYS = [f"2015-04-{day:02}" for day in range(1, 6)]
RETAINED_SECONDS = 25 * 3600.0
RANGE = {"start": "2015-04-01", "end": "2015-05-01"}
DOLLARS = {"filters[currency]": "USD"}


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laptop]:
    """One directory for all tests of this module, so that the app is deployed once."""
    laptop = Laptop(tmp_path_factory.mktemp("lifecycle"))
    yield laptop
    laptop.end()


def deliver(client: Client, source: str) -> None:
    """Sell on five days by batch and once by stream, and wait until all is merged."""
    client.send_all(source, [sale(f"{source}-{day}-{number}", day) for day in DAYS for number in range(20)])
    streamed = {"source_id": source, "data_type": "transactions", "timestamp": f"{DAYS[0]}T09:00:00Z"}
    answer = client.http.post("/ingest/stream", json=streamed | {"data": sale(f"{source}-streamed", DAYS[0])})
    assert answer.status_code == 202
    assert counted(client.ledger_of(source, 101)) == {"loaded": 101}


def answers(client: Client, *, but: str = "") -> list[Any]:
    """Ask what the platform knows: the sources but one, and metrics of dollars from the roll-up and from the base.

    Not whether a source is active: one that is used to a delivery every second is overdue while the platform is down.
    """
    metrics = [
        client.metric(metric, **RANGE, **DOLLARS, granularity=granularity)
        for metric in ("revenue", "transactions", "average_order_value")
        for granularity in ("daily", "monthly")
    ]
    sources = data_of(client.http.get("/ingest/sources", params={"size": 100}))["content"]
    known = [source | {"status": None} for source in sources if source["source_id"] != but]
    return [known, *((each["data"], each["summary"]) for each in metrics)]


def loaded(told: list[Any]) -> list[Any]:
    """Leave out how often records were received: a stream delivers at least once, and again after its reader died."""
    sources = [
        {
            **source,
            "total_records": None,
            "configuration": {
                name: {**counts, "received": None, "duplicate": None}
                for name, counts in source["configuration"]["data_types"].items()
            },
        }
        for source in told[0]
    ]
    return [sources, *told[1:]]


def sold(client: Client) -> int:
    """Count the sales in dollars."""
    total: int = client.metric("transactions", **RANGE, **DOLLARS)["summary"]["total"]
    return total


def test_a_restart_keeps_every_answer_and_deploys_nothing(laptop: Laptop) -> None:
    laptop.stay_up()
    with connected(laptop) as client:
        deliver(client, "before-restart")
        before, sold_before = answers(client), sold(client)

    code = laptop.down()
    gone = laptop.is_gone()
    said = laptop.up()

    assert (code, gone) == (0, True)
    assert "cdk deploy" not in said
    with connected(laptop) as client:
        assert answers(client) == before
        deliver(client, "after-restart")
        assert sold(client) == sold_before + 101


def test_a_killed_platform_leaves_no_process_and_loses_nothing_acknowledged(laptop: Laptop) -> None:
    """The emulator notices that its supervisor is gone, and saves its state before it ends.

    A message that a merger held at that moment comes again once the queue's patience or the sweeper's schedule is up;
    the next delivery for the same days takes what waits there along at once.
    """
    laptop.stay_up()
    unmerged = [sale(f"killed-{number}", DAYS[number % 5], currency="JPY") for number in range(2_000)]
    with connected(laptop) as client:
        deliver(client, "before-kill")
        before, sold_before = answers(client), sold(client)
        batches = [client.send("at-kill", "transactions", unmerged[start::4]) for start in range(4)]

    laptop.kill()

    until(laptop.is_gone, seconds=ENDED_WITHIN, what="every process ends")
    assert run_state.current(laptop.layout) is None
    assert "cdk deploy" not in laptop.up()
    with connected(laptop) as client:
        client.send_all("at-kill", [sale(f"after-kill-{day}", day, currency="JPY") for day in DAYS])
        for batch in batches:
            assert counted(client.outcome(batch["batch_id"])["outcome"]) == {"loaded": 500}
        yen = client.metric("transactions", **RANGE, **{"filters[currency]": "JPY"})
        assert yen["summary"]["total"] == len(unmerged) + len(DAYS)
        assert answers(client, but="at-kill") == before
        deliver(client, "after-kill")
        assert sold(client) == sold_before + 101


@pytest.mark.thorough
def test_a_power_cut_loses_nothing_that_was_acknowledged(laptop: Laptop) -> None:
    """Every process is killed at once, so nothing is saved: objects and the emulator's journal are all there is."""
    laptop.stay_up()
    with connected(laptop) as client:
        deliver(client, "before-power-cut")
        before, sold_before = answers(client), sold(client)
        batches = [client.send("at-power-cut", "transactions", yen(f"cut-{number}")) for number in range(4)]
        streamed = client.http.post(
            "/ingest/stream", json=envelope("at-power-cut", sale("cut-streamed", DAYS[0], currency="KRW"))
        )
        assert streamed.status_code == 202

    laptop.cut_power()

    until(laptop.is_gone, seconds=ENDED_WITHIN, what="every process ends")
    assert "cdk deploy" not in laptop.up()
    with connected(laptop) as client:
        assert loaded(answers(client, but="at-power-cut")) == loaded(before)
        client.send_all("at-power-cut", yen("after-power-cut"))  # for the same days: takes along what waits there
        for batch in batches:
            assert counted(client.outcome(batch["batch_id"])["outcome"]) == {"loaded": len(DAYS)}
        assert counted(client.ledger_of("at-power-cut", 5 * len(DAYS) + 1)) == {"loaded": 5 * len(DAYS) + 1}
        deliver(client, "after-power-cut")
        assert sold(client) == sold_before + 101


def yen(name: str) -> list[Any]:
    """A sale on each day, in a currency of its own."""
    return [sale(f"{name}-{day}", day, currency="KRW") for day in DAYS]


def envelope(source: str, record: Any) -> Any:
    """A record as the stream takes it."""
    return {"source_id": source, "data_type": "transactions", "timestamp": record["timestamp"], "data": record}


@pytest.mark.thorough
def test_a_stream_with_expired_records_is_consumed_further(laptop: Laptop) -> None:
    laptop.stay_up()
    with connected(laptop) as client:
        deliver(client, "yesterday")
    laptop.down()
    kept = laptop.layout.state / "kinesis.json"
    aged = re.sub(
        r'("ApproximateArrivalTimestamp": )([0-9.]+)',
        lambda found: f"{found[1]}{float(found[2]) - RETAINED_SECONDS}",
        kept.read_text(),
    )
    assert aged != kept.read_text()
    kept.write_text(aged)

    laptop.up()

    with connected(laptop) as client:
        deliver(client, "today")


@pytest.mark.thorough
def test_roll_ups_of_an_older_version_are_computed_again(laptop: Laptop) -> None:
    laptop.stay_up()
    with connected(laptop) as client:
        deliver(client, "before-upgrade")
        before = answers(client)
    laptop.down()
    laptop.layout.rolled_up.write_text("made by an older version")

    said = laptop.up()

    assert "Starting the roll-up job for all days" in said
    with connected(laptop) as client:
        assert answers(client) == before
    laptop.down()
    assert "Starting the roll-up job for all days" not in laptop.up()


def test_the_commands_that_are_printed_work_as_printed(laptop: Laptop) -> None:
    lines = laptop.stay_up().splitlines()
    commands = {name.removeprefix("# "): lines[place + 1] for place, name in enumerate(lines) if name.startswith("# ")}

    said = {name: bash(command) for name, command in reversed(commands.items())}

    assert {command.split()[0] for command in commands.values()} == {"curl", "(eval"}
    assert said.pop("Put a sale on the stream").strip().isdigit()
    assert all('"success":true' in text for text in said.values())
    assert '"records_received":1' in said["Send a sale"]
    with connected(laptop) as client:
        assert counted(client.ledger_of("my-shop", 2)) == {"loaded": 2}
        revenue = client.metric("revenue", "2020-01-01", "2100-01-01", granularity="quarterly")
        assert str(revenue["summary"]["total"]) == "29.7"
    assert '"my-shop"' in bash(commands["List data sources and their freshness"])
    assert "29.7" in bash(commands["Query the revenue of the last 30 days"])


def test_a_platform_whose_directory_is_removed_ends_without_recreating_it(tmp_path: Path, laptop: Laptop) -> None:
    laptop.stay_up()

    laptop.directory.rename(tmp_path / "removed")

    assert laptop.ended() == 1
    assert f"DirectoryGone: {laptop.directory} was removed while its platform was up" in laptop.said()
    assert laptop.is_gone()
    assert not laptop.layout.state.exists()


def bash(command: str) -> str:
    """Run a command as a user's shell does, from the project's folder."""
    answer = subprocess.run(  # noqa: S603 # what we tell users to run
        ["/bin/bash", "-c", command], cwd=PROJECT, capture_output=True, text=True, check=False, timeout=60
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout
