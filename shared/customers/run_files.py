"""The objects of a computation of all customers: its description, the rows of each slice, and the slices' sums.

runs/<run>/rows/slice=<n>/…   rows of customers, which Athena writes
runs/<run>/run.json           the description, written once the rows are complete
runs/<run>/sums/<n>.json      the sums of a slice
"""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from shared.customers.queries import SLICE
from shared.customers.run import CustomerRun
from shared.customers.segment_sums import SliceSums
from shared.lake.storage.object_store import LakeStore
from shared.runtime.errors import InternalError
from shared.runtime.resources import Bucket

CUSTOMER_RUNS_BUCKET = Bucket("customer_runs", versioned=False, expire_days=(("", 2),))
"""What the steps of a computation hand to each other; a computation ends within hours."""


@dataclass(frozen=True)
class RunFiles:
    """Reads and writes the objects of computations."""

    objects: LakeStore
    bucket: str

    def rows_location(self, run_id: str) -> str:
        """Return the location for the rows of a computation."""
        return f"s3://{self.bucket}/{_rows(run_id)}"

    def rows(self, run_id: str, place: int) -> Iterator[bytes]:
        """Yield the rows of a slice as lines; one object at a time is in memory, compressed."""
        for name in self.objects.names(f"{_rows(run_id)}{SLICE}={place}/"):
            with gzip.open(BytesIO(self._get(name.key))) as lines:
                yield from lines

    def put_run(self, run: CustomerRun) -> None:
        """Write the description of a computation."""
        self.objects.put(_run(run.run_id), run.model_dump_json().encode())

    def run(self, run_id: str) -> CustomerRun:
        """Read the description of a computation.

        Raises:
            InternalError: there is none.
        """
        return CustomerRun.model_validate_json(self._get(_run(run_id)))

    def put_sums(self, run_id: str, place: int, sums: SliceSums) -> None:
        """Write the sums of a slice."""
        self.objects.put(_sums(run_id, place), sums.to_json())

    def sums(self, run_id: str, place: int) -> SliceSums:
        """Read the sums of a slice.

        Raises:
            InternalError: the slice was not computed.
        """
        return SliceSums.from_json(self._get(_sums(run_id, place)))

    def _get(self, key: str) -> bytes:
        found = self.objects.get(key)
        if found is None:
            raise InternalError(f"{key} does not exist")
        return found.body


def _rows(run_id: str) -> str:
    return f"runs/{run_id}/rows/"


def _run(run_id: str) -> str:
    return f"runs/{run_id}/run.json"


def _sums(run_id: str, place: int) -> str:
    return f"runs/{run_id}/sums/{place}.json"
