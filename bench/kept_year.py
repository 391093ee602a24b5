"""The year as Parquet by day, written once and kept for later runs of the same code.

`TALLY_BENCH_DIRECTORY` says where; the system's temporary directory otherwise.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

from bench import year
from shared.currency.rate_tables import rows_of
from shared.lake.parquet import columns
from shared.lake.parquet.columns import write_parquet
from shared.records import schemas
from shared.records.schema import DataType
from shared.records.schemas import SCHEMAS

PRODUCTS, RATES = "products.parquet", "rates.parquet"
DAILY = {DataType.TRANSACTIONS: year.sale_lines, DataType.INVENTORY: year.stock, DataType.EVENTS: year.events}


def bench_directory() -> Path:
    """Where what takes long to make is kept between runs."""
    return Path(os.environ.get("TALLY_BENCH_DIRECTORY") or Path(tempfile.gettempdir()) / "tally-bench")


def kept_year() -> Path:
    """Write the year unless it is kept; a directory with an object for each data type and day, products, and rates."""
    return _kept("year", _files([year, columns, schemas]), _write)


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


def _write(directory: Path) -> None:
    for data_type, rows in DAILY.items():
        for number in range(year.DAYS):
            day = year.day_of(number).date().isoformat()
            body = write_parquet(rows(number), unique=SCHEMAS[data_type].key)
            _put(directory / "base" / data_type / f"dt={day}" / "base.parquet", body)
    _put(directory / PRODUCTS, write_parquet(year.products()))
    _put(directory / RATES, write_parquet(rows_of("USD", year.rates())))


def _put(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
