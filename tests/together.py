"""Which tests run in one worker: those that share what takes long to make, told by where they lie."""

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped] # it has none

_END_TO_END = "tests/local/end_to_end/"
_TOGETHER = {
    f"{_END_TO_END}test_lifecycle.py": "platforms of its own",
    _END_TO_END: "the platform",
    "tests/local/host/test_guarded_ports.py": "the platform",
    "tests/local/host/test_platform.py": "the platform",
    "tests/local/host/test_restart.py": "the platform",
    "tests/attacks/": "an attacked platform",
    "tests/infra/": "the synthesised stages",
    "tests/functions/metric_oracles/": "a real year",
    "tests/functions/metrics/": "a shop's lake",
    "tests/functions/products/": "a shop's lake with products",
    "tests/functions/product_oracles/": "a real year of products",
}


def together(nodeid: str) -> str:
    """Name what a test shares with others; one that shares nothing is alone."""
    return next((shared for start, shared in _TOGETHER.items() if nodeid.startswith(start)), nodeid)


class Together(LoadScopeScheduling):  # type: ignore[misc] # as above
    """Gives a worker all tests that share something, those that most others share it with first."""

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid)
