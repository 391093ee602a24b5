"""Four producers that send some of it twice: the code of the bench, with fewer events."""

from bench.stream import Target, stream
from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import Client

EVENTS = 20_000


def test_events_of_four_producers_are_in_the_lake_once_and_in_the_ledger_as_sent(
    platform: RunningPlatform, client: Client
) -> None:
    target = Target(platform.emulator_url, platform.credentials, platform.outputs, client.http)
    found = stream(target, EVENTS, timeout=120)

    assert (found.events, found.lost, found.doubled) == (EVENTS, 0, 0)
    assert found.sent > EVENTS
    assert found.balanced, found.ledger
