"""The year in the form that the lake has it, written once and kept for later runs of the same code.

`TALLY_BENCH_DIRECTORY` says where; the system's temporary directory otherwise.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import pyarrow.parquet as pq

from bench import year
from shared.currency import rate_tables
from shared.lake import rollups
from shared.lake.parquet import columns
from shared.lake.parquet.columns import write_parquet
from shared.lake.rollups.compute import roll_up
from shared.lake.storage import paths
from shared.lake.storage.paths import UNPARTITIONED, PartitionId
from shared.records import schemas
from shared.records.schema import DataType
from shared.records.schemas import SCHEMAS

DAILY = {DataType.TRANSACTIONS: year.sale_lines, DataType.INVENTORY: year.stock, DataType.EVENTS: year.events}


def bench_directory() -> Path:
    """Where what takes long to make is kept between runs."""
    return Path(os.environ.get("TALLY_BENCH_DIRECTORY") or Path(tempfile.gettempdir()) / "tally-bench")


def kept_year() -> list[Path]:
    """Write what is not kept yet; the directories of bases and of what follows from them, objects under their keys."""
    makers = [year, columns, paths, schemas]
    base = _kept("base", _files(makers), _write_base)
    return [base, _kept("rollup", _files([*makers, rate_tables, rollups]), _roll_up(base))]


def _files(modules: Sequence[ModuleType]) -> list[Path]:
    """The source of modules, and of all that is in packages among them."""
    places = [Path(module.__file__ or "") for module in modules]
    return [path for place in places for path in (place.parent.glob("*.py") if place.stem == "__init__" else [place])]


def _kept(name: str, made_by: Sequence[Path], write: Callable[[Path], None]) -> Path:
    """A directory that only ever holds all of it, named after the code that makes it."""
    told = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(made_by)))
    directory = bench_directory() / f"{name}-{told.hexdigest()[:12]}"
    if not directory.exists():
        part = directory.with_suffix(f".part-{os.getpid()}")
        try:
            write(part)
            part.rename(directory)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return directory


def _write_base(directory: Path) -> None:
    for data_type, rows in DAILY.items():
        for number in range(year.DAYS):
            partition = PartitionId(data_type, year.day_of(number).date().isoformat())
            _put(directory / partition.base_key, write_parquet(rows(number), unique=SCHEMAS[data_type].key))
    products = PartitionId(DataType.PRODUCTS, UNPARTITIONED)
    _put(directory / products.incoming_key("bench"), write_parquet(year.products()))


def _roll_up(base: Path) -> Callable[[Path], None]:
    def write(directory: Path) -> None:
        _put(directory / rate_tables.TABLE_KEY, rate_tables.table_of("USD", year.rates()))
        for data_type in DAILY:
            for number in range(year.DAYS):
                partition = PartitionId(data_type, year.day_of(number).date().isoformat())
                for name, rolled in roll_up(data_type, pq.read_table(base / partition.base_key)).items():
                    _put(directory / partition.rollup_key(name), write_parquet(rolled))

    return write


def _put(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
