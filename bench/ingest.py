"""10 000 sale lines, from the API Gateway event to valid rows in Parquet bytes."""

import asyncio
from datetime import datetime
from enum import StrEnum
from typing import Any

import awswrangler as wr
import boto3
import httpx
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from fastapi import FastAPI
from moto import mock_aws
from pydantic import BaseModel, Field

from bench.doubles import BenchWiring
from bench.measure import Row, above_floor, faster, medians
from bench.sales import sale_lines
from functions.ingest.handler import app
from shared.app.wiring import wiring
from tests.events.api_gateway import context, rest_event
from tests.moto_platform import CREDENTIALS

RECORDS = 10_000
BUCKET = "bench-store"
PATH = "/api/v1/ingest/batch"


class DataType(StrEnum):
    """As the contract's section 7 sketches it."""

    TRANSACTIONS = "transactions"


class Transaction(BaseModel):
    """A record, as a Pydantic model of its own."""

    transaction_id: str = Field(min_length=1, max_length=128)
    timestamp: datetime
    product_id: str = Field(min_length=1, max_length=128)
    quantity: float
    unit_price: float = Field(ge=0)
    order_id: str | None = None
    customer_id: str | None = None
    product_name: str | None = None
    product_category: str | None = None
    currency: str = Field(default="USD", min_length=3, max_length=3)
    channel: str | None = None
    region: str | None = None
    status: str = "completed"


class BatchRequest(BaseModel):
    """The request, as the contract's section 7 sketches it."""

    source_id: str = Field(min_length=3, max_length=50)
    data_type: DataType
    format: str
    data: list[dict[str, Any]] = Field(min_length=1, max_length=10_000)


def _sketch() -> FastAPI:
    sketch = FastAPI()

    @sketch.post(PATH, status_code=201)
    async def ingest(request: BatchRequest) -> dict[str, Any]:
        rows = [Transaction.model_validate(row).model_dump() for row in request.data]
        wr.s3.to_parquet(pd.DataFrame(rows), path=f"s3://{BUCKET}/sketch/batch.parquet", compression="zstd")
        return {"status": "accepted", "records_received": len(rows)}

    return sketch


def measure() -> list[Row]:
    """Hold the batch route against the contract's sketch and against the bare libraries."""
    body = orjson.dumps(
        {"source_id": "bench-shop", "data_type": "transactions", "format": "json", "data": sale_lines(RECORDS)}
    )
    wired = BenchWiring()
    event = rest_event("POST", PATH, raw=body.decode(), token=wired.identity.token)
    app.dependency_overrides[wiring] = lambda: wired
    with mock_aws():
        boto3.setup_default_session(
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            region_name=CREDENTIALS["AWS_DEFAULT_REGION"],
        )
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        sketch = _sketch()
        taken = medians(
            {
                "ours": lambda: _ours(event),
                "sketch": lambda: asyncio.run(_ask(sketch, body)),
                "floor": lambda: _floor(body),
            }
        )
    app.dependency_overrides.clear()
    return [
        faster("ingest 10 000 lines", taken["ours"], ("FastAPI + Pydantic + awswrangler", taken["sketch"]), at_least=3),
        above_floor("ingest 10 000 lines", taken["ours"], ("orjson + from_pylist + write", taken["floor"]), at_most=4),
    ]


def _ours(event: dict[str, Any]) -> None:
    answer = app.resolve(event, context())
    if answer["statusCode"] != httpx.codes.CREATED:
        raise RuntimeError(answer["body"])


async def _ask(sketch: FastAPI, body: bytes) -> None:
    transport = httpx.ASGITransport(sketch)
    async with httpx.AsyncClient(transport=transport, base_url="http://sketch") as client:
        answer = await client.post(PATH, content=body, headers={"content-type": "application/json"})
        answer.raise_for_status()


def _floor(body: bytes) -> None:
    pq.write_table(pa.Table.from_pylist(orjson.loads(body)["data"]), pa.BufferOutputStream(), compression="zstd")
