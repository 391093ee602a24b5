"""A market with Athena over its lake."""

from tests.functions.metric_merges.conftest import market

__all__ = ["market"]
