"""awswrangler reads through the engine as it reads through Athena."""

from collections.abc import Iterator
from decimal import Decimal

import awswrangler as wr
import pyarrow as pa
import pytest

from infra.local.athena.engine import Engine
from infra.local.athena.server import serve_in_thread
from tests.local.athena.conftest import BUCKET, DATABASE, Lake

SQL = "SELECT id, sum(amount) AS amount FROM sales WHERE dt >= '2025-01-01' GROUP BY id ORDER BY id"


@pytest.fixture
def sales(lake: Lake, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lake]:
    lake.daily("sales", {"id": "string", "amount": "decimal(18,6)"})
    amounts = pa.array([Decimal("1.5"), Decimal("2.5"), Decimal(1)], pa.decimal128(18, 6))
    lake.put("base/sales/dt=2025-01-01/a.parquet", pa.table({"id": ["a", "b", "a"], "amount": amounts}))
    with serve_in_thread(engine) as url:
        monkeypatch.setattr(wr.config, "athena_endpoint_url", url)
        yield lake


@pytest.mark.filterwarnings("ignore:The copy keyword is deprecated")  # awswrangler's, not ours
@pytest.mark.usefixtures("sales")
def test_rows_come_from_the_result_file() -> None:
    frame = wr.athena.read_sql_query(SQL, database=DATABASE, ctas_approach=False)

    assert frame.to_dict("records") == [
        {"id": "a", "amount": Decimal("2.500000")},
        {"id": "b", "amount": Decimal("2.500000")},
    ]


@pytest.mark.usefixtures("sales")
def test_rows_come_from_unloaded_parquet() -> None:
    frame = wr.athena.read_sql_query(
        SQL, database=DATABASE, ctas_approach=False, unload_approach=True, s3_output=f"s3://{BUCKET}/unloaded/"
    )

    assert frame["amount"].tolist() == [Decimal("2.5"), Decimal("2.5")]


def test_rows_come_from_a_temporary_table_that_is_gone_afterwards(sales: Lake) -> None:
    frame = wr.athena.read_sql_query(SQL, database=DATABASE, ctas_approach=True, s3_output=f"s3://{BUCKET}/ctas/")

    assert frame["id"].tolist() == ["a", "b"]
    assert [table["Name"] for table in sales.glue.get_tables(DatabaseName=DATABASE)["TableList"]] == ["sales"]
