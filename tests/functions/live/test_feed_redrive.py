"""Changed decisions that the feed gave up reach live clients later, and never after newer ones."""

import boto3
import orjson
import pytest

from infra.admin.stream_redrive import StreamRedrive, unreplaced
from infra.local.errors import NotLoaded
from shared.decisions.index import DECISIONS_TABLE, DecisionIndex
from shared.ingestion.stream.failures import FEED_FAILURES, DiscardedBatches
from tests.events.discarded_batches import DAY, discarded_batch
from tests.events.dynamodb_stream import table_changes
from tests.fakes.invoked_functions import InvokedFunctions
from tests.fakes.live_clients import LiveClients, decision, decision_change
from tests.functions.live.test_analytics import decided


class Feed:
    """The batches that the feed gave up, and the table as it is now."""

    def __init__(self, live: LiveClients) -> None:
        self._live = live
        self._table = live.wired.name_of(DECISIONS_TABLE)
        self.batches = DiscardedBatches(boto3.client("s3"), live.wired.name_of(FEED_FAILURES))

    def give_up(self, *decisions: dict[str, object]) -> None:
        """Store decisions in the table, and their changes as a discarded batch."""
        self.store(*decisions)
        changes = table_changes(*(decision_change(each, number) for number, each in enumerate(decisions, 100)))
        self.batches.s3.put_object(Bucket=self.batches.bucket, Key=f"{DAY}/one", Body=discarded_batch(changes))

    def store(self, *decisions: dict[str, object]) -> None:
        """Store decisions in the table."""
        for each in decisions:
            item = {"decision_id": {"S": str(each["decision_id"])}, "body": {"S": orjson.dumps(each).decode()}}
            boto3.client("dynamodb").put_item(TableName=self._table, Item=item)

    def redrive(self, *, failing: bool = False) -> int:
        """Run the command."""
        index = DecisionIndex(boto3.client("dynamodb"), self._table)
        functions = InvokedFunctions(lambda event: self._live.wired.decision_feed.append(event["Records"]), failing)
        return StreamRedrive(self.batches, functions, "decision-feed", lambda found: unreplaced(found, index)).run(
            lambda *_: None
        )


@pytest.fixture
def feed(live: LiveClients) -> Feed:
    """The feed of a platform."""
    return Feed(live)


def test_decisions_that_were_given_up_reach_who_listens(live: LiveClients, feed: Feed) -> None:
    client = live.connect()
    live.subscribe(client, "fraud:decision")
    feed.give_up(decision(1), decision(2))

    assert feed.redrive() == 2

    assert decided(live.received(client)) == ["d-1", "d-2"]
    assert feed.batches.count() == 0


def test_a_decision_that_has_changed_since_is_not_sent_as_it_was(live: LiveClients, feed: Feed) -> None:
    client = live.connect()
    live.subscribe(client, "fraud:decision")
    feed.give_up(decision(1), decision(2))
    feed.store(decision(1, outcome="decline"))
    live.wired.decision_feed.append([decision_change(decision(1, outcome="decline"), 200, old=decision(1))])

    feed.redrive()

    found = [each["data"]["decision"] for each in live.received(client)]
    assert [(each["decisionId"], each["outcome"]) for each in found] == [("d-1", "decline"), ("d-2", "approve")]


def test_a_batch_without_current_decisions_is_forgotten(live: LiveClients, feed: Feed) -> None:
    client = live.connect()
    live.subscribe(client, "fraud:decision")
    feed.give_up(decision(1))
    feed.store(decision(1, outcome="decline"))

    feed.redrive()

    assert (live.received(client), feed.batches.count()) == ([], 0)


def test_a_batch_that_fails_again_stays(feed: Feed) -> None:
    feed.give_up(decision(1))

    with pytest.raises(NotLoaded, match="no table"):
        feed.redrive(failing=True)

    assert feed.batches.count() == 1
    (info,) = feed.batches.infos(feed.batches.keys()).values()
    assert info is not None
    assert info.records == 1
