"""What attacks are tried with."""

from tests.functions.ingest.conftest import call, submit

__all__ = ["call", "submit"]
