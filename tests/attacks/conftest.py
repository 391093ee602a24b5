"""What attacks are tried with."""

from tests.functions.conftest import everywhere
from tests.functions.ingest.conftest import call, submit

__all__ = ["call", "everywhere", "submit"]
