"""The events that tests send are those of AWS, says the parser that Powertools ships."""

from typing import Any

import pytest
from aws_lambda_powertools.utilities.parser.models import (
    APIGatewayProxyEventModel,
    APIGatewayWebSocketConnectEventModel,
    APIGatewayWebSocketDisconnectEventModel,
    APIGatewayWebSocketMessageEventModel,
    DynamoDBStreamModel,
    EventBridgeModel,
    KinesisDataStreamModel,
    S3Model,
    SqsModel,
)
from pydantic import BaseModel

from tests.events.api_gateway import rest_event
from tests.events.dynamodb_stream import table_change, table_changes
from tests.events.kinesis import kinesis_event
from tests.events.schedule import schedule_event
from tests.events.sqs import s3_notice, sqs_event
from tests.events.websocket import connect_event, disconnect_event, message_event

EVENTS: dict[str, tuple[type[BaseModel], dict[str, Any]]] = {
    "rest": (APIGatewayProxyEventModel, rest_event("POST", "/api/v1/ingest/batch", body={"a": 1})),
    "rest, binary": (APIGatewayProxyEventModel, rest_event("POST", "/api/v1/ingest/batch", raw=b"\x1f\x8b")),
    "rest, query": (APIGatewayProxyEventModel, rest_event("GET", "/api/v1/ingest/sources", query={"page": ["1"]})),
    "kinesis": (KinesisDataStreamModel, kinesis_event([{"a": 1}, "text", b"bytes"])),
    "sqs": (SqsModel, sqs_event([s3_notice("incoming/orders/dt=2026-01-01/batch-1.parquet")])),
    "changes of a table": (
        DynamoDBStreamModel,
        table_changes(table_change(1, new={"a": {"S": "x"}}, old={"a": {"S": "y"}}, key={"a": {"S": "x"}})),
    ),
    "schedule": (EventBridgeModel, schedule_event()),
    "connect": (APIGatewayWebSocketConnectEventModel, connect_event("abc=")),
    "disconnect": (APIGatewayWebSocketDisconnectEventModel, disconnect_event("abc=")),
    "message": (APIGatewayWebSocketMessageEventModel, message_event("abc=", "hello")),
}


@pytest.mark.parametrize("name", EVENTS)
def test_every_test_event_parses_as_an_aws_event(name: str) -> None:
    model, event = EVENTS[name]

    assert model.model_validate(event)


def test_merge_queue_messages_contain_s3_notifications() -> None:
    message = SqsModel.model_validate(sqs_event([s3_notice("incoming/orders/dt=2026-01-01/a b.parquet")])).Records[0]

    notice = S3Model.model_validate_json(str(message.body))

    assert notice.model_dump()["Records"][0]["s3"]["object"]["key"] == "incoming/orders/dt%3D2026-01-01/a+b.parquet"


def test_a_stream_event_contains_the_records_put() -> None:
    run = KinesisDataStreamModel.model_validate(kinesis_event([{"a": 1}, b"\x00\x01"]))

    assert [record.kinesis.data for record in run.Records] == [b'{"a":1}', b"\x00\x01"]
