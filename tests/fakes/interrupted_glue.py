"""A Glue client inside whose calls something else happens first: commits that race, in the order a test wants them."""

from collections.abc import Callable
from typing import Any

import boto3

from shared.lake.catalog.tables import LAKE_DATABASE
from shared.lake.storage.object_store import TABLES_BUCKET
from shared.lake.table.iceberg import IcebergTables
from shared.runtime.settings import Settings
from tests.fakes import glue_versions


class InterruptedGlue:
    """A real client, and tables that use it; `before` lets something happen once, inside its next call of a kind."""

    def __init__(self, settings: Settings) -> None:
        self.client: Any = boto3.Session().client("glue")
        glue_versions.listen(self.client.meta.events)
        self.tables = IcebergTables(
            self.client,
            boto3.client("s3"),
            database=settings.name_of(LAKE_DATABASE),
            bucket=settings.name_of(TABLES_BUCKET),
        )

    def before(self, operation: str, act: Callable[[], object], *, skipping: int = 0) -> None:
        """Act once, just before such a call is sent: the next one, or the one after skipping some."""
        pending = [act, *[_nothing] * skipping]

        def hook(**_: Any) -> None:
            if pending:
                pending.pop()()

        self.client.meta.events.register_first(f"provide-client-params.glue.{operation}", hook)


def _nothing() -> None:
    """Let a call pass."""
