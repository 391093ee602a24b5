"""One cold start in a process of its own: `python -m bench.cold_start_once CASE` imports and answers one request."""

import os
import sys
from importlib import import_module
from typing import Any

_RECORD = '{"product_id":"p-1","name":"Mug"}'
_REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "metrics": (
        "functions.metrics.handler",
        {
            "httpMethod": "GET",
            "path": "/api/v1/analytics/metrics",
            "multiValueQueryStringParameters": {
                "metric_type": ["revenue"],
                "time_range[start]": ["2026-01-01"],
                "time_range[end]": ["2026-02-01"],
            },
        },
    ),
    "ingest, batch status": (
        "functions.ingest.handler",
        {"httpMethod": "GET", "path": "/api/v1/ingest/batches/batch-0/status"},
    ),
    "ingest, batch of one record": (
        "functions.ingest.handler",
        {
            "httpMethod": "POST",
            "path": "/api/v1/ingest/batch",
            "headers": {"content-type": "application/json"},
            "body": '{"source_id":"cold","data_type":"products","format":"json","data":[' + _RECORD + "]}",
        },
    ),
}


class _Context:
    """The least that a function is told of its invocation."""

    aws_request_id = "cold"
    function_name = "cold"

    def get_remaining_time_in_millis(self) -> int:
        """Enough."""
        return 30_000


def _bare() -> None:
    from aws_lambda_powertools.event_handler import APIGatewayRestResolver  # noqa: PLC0415 # what is measured

    app = APIGatewayRestResolver(enable_validation=True)

    @app.get("/batches/<batch_id>")
    def status(batch_id: str) -> dict[str, str]:
        import boto3  # noqa: PLC0415 # what is measured

        table = os.environ["TALLY_LEDGER"]
        boto3.client("dynamodb").get_item(TableName=table, Key={"origin": {"S": batch_id}})
        return {"batch_id": batch_id}

    _check(app.resolve({**_event(), "httpMethod": "GET", "path": "/batches/batch-0"}, _Context()))  # type: ignore[arg-type] # the least of it


def _event() -> dict[str, Any]:
    return {
        "headers": {},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "requestContext": {"requestId": "cold"},
        "body": None,
        "isBase64Encoded": False,
    }


def _check(answer: dict[str, Any]) -> None:
    if answer["statusCode"] not in {200, 201, 404}:
        raise SystemExit(answer["body"])


def main(case: str) -> None:
    """Start cold and answer once, without numpy: the layer that brings Arrow to Lambda does not have it either."""
    sys.modules["numpy"] = None  # type: ignore[assignment] # how Python says that a module is not there
    if case == "bare":
        _bare()
    elif case != "nothing":
        module, request = _REQUESTS[case]
        shown = {"authorization": f"Bearer {os.environ['BENCH_TOKEN']}", **request.get("headers", {})}
        _check(import_module(module).handler({**_event(), **request, "headers": shown}, _Context()))


if __name__ == "__main__":
    main(sys.argv[1])
