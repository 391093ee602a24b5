"""What one run of a function came to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.cost_prices import Meter
from functions.manifest import FUNCTIONS

DECLARED = {each.name: each for each in FUNCTIONS}


@dataclass(frozen=True, kw_only=True)
class Run:
    """What one run of a function came to.

    Attributes:
        function: its name.
        cpu: processor seconds.
        calls: requests by service and operation.
        usage: units that are charged for, without computing.
        put_bytes: bytes put into S3, by their kind.
        kept_bytes: by how much tables of DynamoDB grew.
        logged: bytes of its log.
        scanned: bytes that each of its queries scanned, in order.
    """

    function: str
    cpu: float
    calls: Mapping[str, int] = field(default_factory=dict)
    usage: Mapping[Meter, float] = field(default_factory=dict)
    put_bytes: Mapping[str, int] = field(default_factory=dict)
    kept_bytes: int = 0
    logged: int = 0
    scanned: Sequence[int] = ()

    @property
    def memory_mb(self) -> int:
        """The memory that the function is declared with."""
        return DECLARED[self.function].memory_mb

    @property
    def disk_mb(self) -> int:
        """The temporary storage that the function is declared with."""
        return DECLARED[self.function].disk_mb

    def requests(self, service: str) -> int:
        """Return the number of requests to a service."""
        return sum(count for name, count in self.calls.items() if name.startswith(f"{service} "))
