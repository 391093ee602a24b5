"""Sections about questions, callers and what they may do: each is followed after such an incident."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import orjson
import pytest

from shared.notifications.webhooks import sign
from tests.events.schedule import schedule_event
from tests.fakes.webhook_receiver import Receiver, Reply, receiving
from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import Client, Record, data_of, sale
from tests.local.end_to_end.waiting import until
from tests.local.runbook.operator import Operator
from tests.local.runbook.seen import SOON, healthy, logged

pytestmark = pytest.mark.thorough
A_DAY = "2016-04-01"
LATE = {
    "name": "The merge is late",
    "severity": "high",
    "metric": "pipeline:merge:freshness",
    "condition": {"type": "above", "threshold": 0},
    "window": "PT5M",
    "evaluate_every": "PT1M",
}
"""A rule that fires whenever it is evaluated, once anything was merged."""


@contextmanager
def hooked(platform: RunningPlatform, *replies: Reply) -> Iterator[Receiver]:
    """Receive webhooks on this machine, which the functions concerned then allow."""
    functions = platform.client("lambda")
    with receiving(*replies) as receiver:
        for name in ("tally-local-alerts", "tally-local-notifier"):
            known = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
            variables = {**known, "TALLY_WEBHOOKS_ALLOWED": receiver.authority}
            functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
        yield receiver


def rule(client: Client, receiver: Receiver) -> Record:
    """Make a rule that notifies the receiver."""
    notify = [{"type": "webhook", "url": f"http://{receiver.authority}/"}]
    return data_of(client.http.post("/alerts/rules", json={**LATE, "notify": notify}))


def evaluate(platform: RunningPlatform) -> None:
    """Evaluate the rules without waiting for the clock."""
    platform.client("lambda").invoke(FunctionName="tally-local-alert-evaluator", Payload=b"{}")


def sweep(platform: RunningPlatform) -> None:
    """Look for notifications that are due, as the clock does every minute."""
    message = {"messageId": "clock", "body": orjson.dumps(schedule_event()).decode()}
    payload = orjson.dumps({"Records": [message]})
    platform.client("lambda").invoke(FunctionName="tally-local-notifier", Payload=payload)


def fired(receiver: Receiver) -> list[str]:
    """The ids of the notifications that an alert has fired; a rule that is changed resolves its alert."""
    return [each for each in receiver.ids if each.endswith(":fired")]


def key(client: Client, name: str) -> dict[str, Any]:
    """Make an API key that may send batches."""
    return data_of(client.http.post("/auth/keys", json={"name": name, "scopes": ["ingest:write"]}))


def answer_to(client: Client, shown: dict[str, Any]) -> httpx.Response:
    """Ask for a token with the secret of a key."""
    return httpx.post(f"{client.http.base_url}auth/token", auth=(shown["id"], shown["client_secret"]), timeout=60)


def test_a_notification_that_was_given_up_is_sent(operator: Operator, broken: RunningPlatform, client: Client) -> None:
    client.send_all("alerts-shop", [sale("alerts-1", A_DAY)])
    with hooked(broken, Reply(status=410), Reply(status=200)) as receiver:
        made = rule(client, receiver)
        evaluate(broken)
        until(lambda: logged(broken, "notifier", "given up"), seconds=SOON, what="the receiver refuses a notification")
        with operator.section("Alerts and notifications") as section:
            shown = section.run()
            section.run(RULE=made["rule_id"])
            edited = orjson.loads(operator.rule.read_bytes())
            operator.rule.write_bytes(orjson.dumps({**edited, "notify": [*edited["notify"], {"type": "topic"}]}))
            changed = orjson.loads(section.run())["data"]
            sent = section.run()
        sweep(broken)
        until(lambda: len(fired(receiver)) == 2, seconds=SOON, what="the notification comes again")
        client.http.delete(f"/alerts/rules/{made['rule_id']}").raise_for_status()

    assert "The merge is late" in shown
    assert "notification given up" in shown
    assert [each["type"] for each in changed["notify"]] == ["webhook", "topic"]
    assert sent.startswith("1 message waiting for the notifier")
    assert len(set(fired(receiver))) == 1
    healthy(client, "live-push")


def test_the_reason_of_a_failed_statement_and_the_caller_of_a_request_are_shown(
    operator: Operator, broken: RunningPlatform, client: Client
) -> None:
    athena = broken.client("athena")
    query = athena.start_query_execution(QueryString="SELECT a FROM nothing", WorkGroup="tally-local")

    def failed() -> bool:
        told = athena.get_query_execution(QueryExecutionId=query["QueryExecutionId"])["QueryExecution"]
        return bool(told["Status"]["State"] == "FAILED")

    until(failed, seconds=SOON, what="the statement fails")

    request = client.http.get("/ingest/sources").raise_for_status().json()["request_id"]

    with operator.section("Queries and answers") as section:
        statements = section.run()
        caller = section.run(FUNCTION="ingest", REQUEST_ID=request)
        answer = orjson.loads(section.run())

    assert query["QueryExecutionId"] in statements
    assert "FAILED" in statements
    assert '"key_id"' in caller
    assert answer["data"]["status"] == "ok"


def test_a_source_that_floods_is_found_and_its_key_revoked(operator: Operator, client: Client) -> None:
    flooding = key(client, "flooding")
    token = answer_to(client, flooding).json()["data"]["access_token"]
    batch = {
        "source_id": "flooding-shop",
        "data_type": "transactions",
        "format": "json",
        "data": [sale(f"flooding-{number}", A_DAY) for number in range(500)],
    }
    sent = client.http.post("/ingest/batch", json=batch, headers={"Authorization": f"Bearer {token}"})
    client.outcome(data_of(sent)["batch_id"])

    with operator.section("A source that floods") as section:
        sources, keys = section.run(), section.run(KEY=flooding["id"])

    assert sources.splitlines()[0].endswith("flooding-shop 500")
    assert f'"{flooding["id"]}"' in keys
    assert answer_to(client, flooding).status_code == 401


def test_the_secret_of_a_key_and_of_a_webhook_are_replaced(
    operator: Operator, broken: RunningPlatform, client: Client
) -> None:
    client.send_all("keys-shop", [sale("keys-1", A_DAY)])
    stolen = key(client, "till-7")
    with hooked(broken) as receiver:
        made = rule(client, receiver)
        with operator.section("Compromised keys") as section:
            replaced = orjson.loads(section.run(KEY=stolen["id"]))
            answers = [answer_to(client, each).status_code for each in (stolen, replaced)]
            traces = section.run()
            changed = orjson.loads(section.run(RULE=made["rule_id"]))["data"]
        told = orjson.loads(operator.rule.read_bytes())
        evaluate(broken)
        until(lambda: receiver.received, seconds=SOON, what="a notification comes")
        client.http.delete(f"/alerts/rules/{made['rule_id']}").raise_for_status()

    assert answers == [401, 200]
    assert answer_to(client, replaced).status_code == 401
    assert {each["action"] for each in map(orjson.loads, traces.splitlines()[-3:])} >= {"keys rotate", "keys revoke"}
    assert changed["notify"][0]["url"] == made["notify"][0]["url"]
    assert told["notify"][0]["secret"] != made["notify"][0]["secret"]
    got = receiver.received[0]
    signature = sign(told["notify"][0]["secret"], int(got.headers["tally-timestamp"]), got.body)
    assert signature in got.headers["tally-signature"]


def test_an_anchor_is_stored_and_the_log_verified(operator: Operator, broken: RunningPlatform) -> None:
    with operator.section("The audit log") as section:
        anchors, verified = section.run(), section.run()

    stored = broken.client("s3").list_objects_v2(Bucket=broken.outputs.every["AnchorsBucketName"], Prefix="heads/")
    assert stored["Contents"][-1]["Key"].removeprefix("heads/") in anchors
    assert "16 chains" in verified
