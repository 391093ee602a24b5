"""The customers function over a lake, as its own tests have it."""

from tests.functions.customers.conftest import open_shop

__all__ = ["open_shop"]
