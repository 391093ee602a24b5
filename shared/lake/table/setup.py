"""Creates the tables of a deployment, or adds columns to them and widens them."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from shared.lake.catalog.table import LakeTable

_AT_ONCE = 8


class TablesNotReady(Exception):
    """Some tables could not be created or changed; all others are as declared."""


def ensure_all(ensure: Callable[[LakeTable], None], tables: Sequence[LakeTable]) -> None:
    """Create or change several tables in parallel; safe to repeat.

    Raises:
        TablesNotReady: it names each table that failed, with the reason.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        done = {table.name: pool.submit(ensure, table) for table in tables}
    failed = {name: error for name, each in done.items() if (error := each.exception()) is not None}
    if failed:
        reasons = "; ".join(f"{name}: {error}" for name, error in failed.items())
        raise TablesNotReady(reasons) from next(iter(failed.values()))
