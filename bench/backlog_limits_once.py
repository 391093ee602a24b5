"""Drains a backlog at the limits of a pass in a process of its own: `python -m bench.backlog_limits_once types`.

`wide` lets the largest deliveries of sales wait, `types` those of every data type. `held` lets small deliveries wait
that correct rows all over a table that fills the key index, and `all` these beside the largest of every other type.
"""

import sys
from collections.abc import Collection, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import orjson

from bench.backlog_once import drain
from bench.committing import SALES, Task, load, produce
from bench.held_rows import FILES, hold
from bench.table_lake import table_lake
from bench.wide_rows import wide_rows
from shared.app.wiring import Wiring
from shared.lake.storage.paths import incoming_prefix
from shared.records.schema import DataType
from shared.runtime.request import LARGEST_INFLATED
from shared.runtime.settings import Settings

_PRODUCERS = 2
SMALL, LINES = 2_000, 100
_SHARES = (0.6, 0.6, 1.0, 1.0)
"""Sizes of the largest deliveries, as parts of the largest request. A pass takes the first and the last: the first does
not fill it, and the last is as far beyond its limit as can be."""


@dataclass(frozen=True)
class Scenario:
    """The types of which the largest deliveries wait, and whether sales wait that correct rows all over the table."""

    wide: Collection[DataType]
    held: bool

    @property
    def data_types(self) -> Collection[DataType]:
        """All types that wait."""
        return {*self.wide, *([SALES] if self.held else [])}


SCENARIOS = {
    "wide": Scenario([SALES], held=False),
    "types": Scenario([*DataType], held=False),
    "held": Scenario([], held=True),
    "all": Scenario([each for each in DataType if each is not SALES], held=True),
}


def measure_once(scenario: Scenario, files: int = FILES) -> Mapping[str, float]:
    """Load what waits, and drain it."""
    with table_lake() as lake:
        settings = lake.wired.settings
        with ProcessPoolExecutor(_PRODUCERS, get_context("spawn")) as pool:
            sizes = list(pool.map(_load_wide, [(settings, each) for each in scenario.wide]))
            if scenario.held:
                tasks = [
                    Task(settings, f"batch-{producer}", LINES, most=SMALL // _PRODUCERS)
                    for producer in range(_PRODUCERS)
                ]
                list(pool.map(produce, tasks))
        if scenario.held:
            hold(lake, files)
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            drained = pool.submit(drain, settings, scenario.data_types).result()
        left = sum(1 for each in DataType for _ in lake.wired.lake.names(incoming_prefix(each)))
        unfinished = sum(1 for _ in lake.wired.ledger.list_unfinished(lake.wired.clock()))
    return {**drained, "rows": sum(sizes), "left": left, "unfinished": unfinished}


def _load_wide(task: tuple[Settings, DataType]) -> int:
    settings, data_type = task
    wired, loaded = Wiring(settings), 0
    for number, share in enumerate(_SHARES):
        name = f"batch-{data_type}-{number}"
        rows = wide_rows(data_type, name, int(share * LARGEST_INFLATED))
        load(wired, name, rows, data_type)
        loaded += len(rows)
    return loaded


if __name__ == "__main__":
    name, *sizes = sys.argv[1:]
    sys.stdout.buffer.write(orjson.dumps(measure_once(SCENARIOS[name], *map(int, sizes))) + b"\n")
