"""A platform that is ended, or killed, comes up again with every number; and what it prints works as printed."""

import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from infra.local import run_state
from infra.local.layout import PROJECT
from tests.local.end_to_end.client import Client, connected, counted, data_of, sale
from tests.local.end_to_end.laptop import ENDED_WITHIN, Laptop
from tests.local.end_to_end.waiting import until

DAYS = [f"2015-04-{day:02}" for day in range(1, 6)]
RANGE = {"start": "2015-04-01", "end": "2015-05-01"}


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
    """Ask what the platform knows: the sources but one, and metrics from the roll-up and from the base."""
    metrics = [
        client.metric(metric, **RANGE, granularity=granularity)
        for metric in ("revenue", "transactions", "average_order_value")
        for granularity in ("daily", "monthly")
    ]
    sources = data_of(client.http.get("/ingest/sources", params={"size": 100}))["content"]
    known = [source for source in sources if source["source_id"] != but]
    return [known, *((each["data"], each["summary"]) for each in metrics)]


def sold(client: Client) -> int:
    """Count the sales in dollars."""
    total: int = client.metric("transactions", **RANGE)["summary"]["total"]
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


def test_after_a_power_cut_it_comes_up_and_what_was_merged_is_there(laptop: Laptop) -> None:
    """Objects are on disk at once; the ledger is only as the emulator saved it last, at most five minutes before."""
    laptop.stay_up()
    with connected(laptop) as client:
        deliver(client, "before-power-cut")
        sold_before = sold(client)

    laptop.cut_power()

    until(laptop.is_gone, seconds=ENDED_WITHIN, what="every process ends")
    assert "cdk deploy" not in laptop.up()
    with connected(laptop) as client:
        assert sold(client) == sold_before
        deliver(client, "after-power-cut")
        assert sold(client) == sold_before + 101


def test_the_commands_that_are_printed_work_as_printed(laptop: Laptop) -> None:
    lines = laptop.stay_up().splitlines()
    commands = {name.removeprefix("# "): lines[place + 1] for place, name in enumerate(lines) if name.startswith("# ")}

    said = {name: bash(command) for name, command in reversed(commands.items())}

    assert {word for command in commands.values() for word in command.split()[:1]} == {"curl", ".venv/bin/python"}
    assert said.pop("Put a sale on the stream").strip().isdigit()
    assert all('"success":true' in text for text in said.values())
    assert '"records_received":1' in said["Send a sale"]
    with connected(laptop) as client:
        assert counted(client.ledger_of("my-shop", 2)) == {"loaded": 2}
        revenue = client.metric("revenue", "2020-01-01", "2100-01-01", granularity="quarterly")
        assert str(revenue["summary"]["total"]) == "29.7"
    assert '"my-shop"' in bash(commands["List data sources and their freshness"])
    assert "29.7" in bash(commands["Query the revenue of the last 30 days"])


def bash(command: str) -> str:
    """Run a command as a user's shell does, from the project's folder."""
    answer = subprocess.run(  # noqa: S603 # what we tell users to run
        ["/bin/bash", "-c", command], cwd=PROJECT, capture_output=True, text=True, check=False, timeout=60
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout
