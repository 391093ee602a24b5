"""Which tests run in one worker, and which first: those that share what takes long to make are in one place."""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped] # it has none
from xdist.workermanage import WorkerController  # type: ignore[import-untyped] # as above

_END_TO_END = "tests/local/end_to_end/"
_TOGETHER = {
    f"{_END_TO_END}test_lifecycle.py": "platforms of its own",
    _END_TO_END: "the platform",
    "tests/local/host/test_guarded_ports.py": "the platform",
    "tests/local/host/test_platform.py": "the platform",
    "tests/local/host/test_restart.py": "the platform",
    "tests/local/runbook/": "a platform with incidents",
    "tests/web/test_in_a_browser.py": "a platform with the demo",
    "tests/attacks/": "an attacked platform",
    "tests/infra/": "the synthesised stages",
    "tests/oracles/metrics/": "a real year",
    "tests/functions/metrics/": "a shop's lake",
    "tests/functions/products/": "a shop's lake with products",
    "tests/oracles/products/": "a real year of products",
    "tests/functions/dashboard_data/": "dashboards over a filled lake",
}
_SLOWEST_FIRST = (
    "the platform",
    "a platform with the demo",
    "platforms of its own",
    "a platform with incidents",
    "an attacked platform",
    "a real year",
    "the synthesised stages",
    "dashboards over a filled lake",
    "a shop's lake with products",
    "a shop's lake",
    "a real year of products",
    "tests/functions/model/",
    "tests/crashes/",
    "tests/functions/merger/test_moves.py",
    "tests/oracles/customers/",
    "tests/upgrade/",
)
"""Shared resources, and where tests stand that take long alone."""


def together(nodeid: str) -> str:
    """Return the shared resource of a test; a test without one has its own group."""
    return next((shared for start, shared in _TOGETHER.items() if nodeid.startswith(start)), nodeid)


def rank(shared: str) -> int:
    """Say when a group begins, the lowest first: if a slow one began last, one worker would wait for the other."""
    places = (place for place, slow in enumerate(_SLOWEST_FIRST) if shared == slow or _is_test_in(shared, slow))
    return next(places, len(_SLOWEST_FIRST))


def _is_test_in(shared: str, folder: str) -> bool:
    return "/" in folder and shared.startswith(folder)


class Together(LoadScopeScheduling):  # type: ignore[misc] # as above
    """Gives a worker all tests that share something: the slowest groups first, then those of most tests."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        self._in_order = False

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        if not self._in_order:
            for shared in sorted(self.workqueue, key=rank):  # of equal ones, those of most tests stay first
                self.workqueue.move_to_end(shared)
            self._in_order = True
        super()._assign_work_unit(node)
