"""The engine over the laptop's emulator instead of moto: the same answers from its Glue, its S3 and its work groups."""

from collections.abc import Iterator

import pyarrow as pa
import pytest

from infra.local.athena.engine import build_engine
from infra.local.athena.server import serve_in_thread
from infra.local.emulator.credentials import session
from infra.local.emulator.supervisor import Emulator
from infra.local.layout import Layout
from shared.lake.catalog.table import Column, LakeTable
from tests.local.athena.conftest import BUCKET, DATABASE, Asker, Lake
from tests.local.athena.iceberg_lake import IcebergLake
from tests.local.host.free_ports import free_ports


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Lake, Asker]]:
    """A lake in the emulator and an asker in front of an engine over it."""
    folder = tmp_path_factory.mktemp("emulator")
    layout = Layout(folder)
    with Emulator(layout=layout, ports=free_ports()) as emulator:
        clients = session(layout)
        glue = clients.client("glue", endpoint_url=emulator.url)
        s3 = clients.client("s3", endpoint_url=emulator.url)
        athena = clients.client("athena", endpoint_url=emulator.url)
        lake = Lake(s3, glue)
        s3.create_bucket(Bucket=BUCKET)
        glue.create_database(DatabaseInput={"Name": DATABASE})
        athena.create_work_group(
            Name="tally-local",
            Configuration={"ResultConfiguration": {"OutputLocation": f"s3://{BUCKET}/results/"}},
        )
        engine = build_engine(glue=glue, s3=s3, upstream=athena, directory=folder / "athena")
        with serve_in_thread(engine) as url:
            yield lake, Asker(clients.client("athena", endpoint_url=url), "tally-local")
        engine.close()


def test_a_lake_in_the_emulator_is_pruned_read_written_and_dropped(emulated: tuple[Lake, Asker]) -> None:
    lake, asker = emulated
    lake.daily("sales", {"id": "string", "n": "bigint"})
    for day in range(1, 6):
        lake.put(f"base/sales/dt=2025-01-0{day}/base.parquet", pa.table({"id": ["a", "b"], "n": [day, 10 * day]}))

    found = asker.execute(
        "SELECT id, sum(n) AS n FROM sales WHERE dt BETWEEN ? AND ? GROUP BY id ORDER BY id",
        "'2025-01-02'",
        "'2025-01-03'",
    )
    assert lake.read(found["ResultConfiguration"]["OutputLocation"]) == b'"id","n"\n"a","5"\n"b","50"\n'
    assert found["ResultConfiguration"]["OutputLocation"].startswith(f"s3://{BUCKET}/results/")

    lake.put("base/sales/dt=2025-01-03/base.parquet", pa.table({"id": ["a"], "n": [100]}))
    asker.execute(
        f"CREATE TABLE made WITH (external_location = 's3://{BUCKET}/made/', partitioned_by = ARRAY['dt']) AS "  # noqa: S608 constants
        "SELECT id, n, dt FROM sales",
    )
    assert asker.rows("SELECT sum(n) FROM made WHERE dt = '2025-01-03'") == [["100"]]

    assert asker.execute("DROP TABLE made")["Status"]["State"] == "SUCCEEDED"
    assert asker.reason("SELECT 1 FROM made").startswith("TABLE_NOT_FOUND")


def test_an_iceberg_table_in_the_emulator_is_read_at_its_snapshots(emulated: tuple[Lake, Asker]) -> None:
    lake, asker = emulated
    iceberg = IcebergLake(lake)
    table = LakeTable(name="rates", description="", columns=(Column(name="rate", glue_type="bigint"),))
    first = iceberg.append(table, pa.table({"rate": [1, 2]}))
    iceberg.delete(table, {iceberg.files(table)[0]: [0]})

    assert asker.rows("SELECT rate FROM rates") == iceberg.rows(table, ["rate"]) == [["2"]]
    assert asker.rows(f"SELECT count(*) FROM rates FOR VERSION AS OF {first}") == [["2"]]  # noqa: S608 a number
