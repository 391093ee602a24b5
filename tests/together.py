"""Which tests run in one worker, and which first: those that share what takes long to make are in one place."""

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped] # it has none
from xdist.workermanage import WorkerController  # type: ignore[import-untyped] # as above

_END_TO_END = "tests/local/end_to_end/"
_TOGETHER = {
    f"{_END_TO_END}test_lifecycle.py": "platforms of its own",
    _END_TO_END: "the platform",
    "tests/local/host/test_guarded_ports.py": "the platform",
    "tests/local/host/test_platform.py": "the platform",
    "tests/local/host/test_restart.py": "the platform",
    "tests/attacks/": "an attacked platform",
    "tests/infra/": "the synthesised stages",
    "tests/oracles/metrics/": "a real year",
    "tests/functions/metrics/": "a shop's lake",
    "tests/functions/products/": "a shop's lake with products",
    "tests/oracles/products/": "a real year of products",
}
_SLOWEST_FIRST = ("the platform", "platforms of its own", "an attacked platform", "a real year", "a shop's lake")


def together(nodeid: str) -> str:
    """Return the shared resource of a test; a test without one has its own group."""
    return next((shared for start, shared in _TOGETHER.items() if nodeid.startswith(start)), nodeid)


def rank(shared: str) -> int:
    """Say when a group begins, the lowest first: if a slow one began last, one worker would wait for the other."""
    return _SLOWEST_FIRST.index(shared) if shared in _SLOWEST_FIRST else len(_SLOWEST_FIRST)


class Together(LoadScopeScheduling):  # type: ignore[misc] # as above
    """Gives a worker all tests that share something: the slowest groups first, then those of most tests."""

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        self.workqueue.move_to_end(min(self.workqueue, key=rank), last=False)
        super()._assign_work_unit(node)
