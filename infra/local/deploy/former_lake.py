"""Converts the lake that an older version of the source left in the former format."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.admin.migration import StageMigration
from infra.admin.stage import Stage
from infra.local.progress import Progress

if TYPE_CHECKING:
    from shared.records.schema import DataType


@dataclass(frozen=True, slots=True)
class FormerLake:
    """The objects of one platform that are not in tables yet."""

    stage: Stage

    def convert(self, progress: Progress) -> None:
        """Convert them, before the platform answers questions; two listings if there are none."""
        migration = StageMigration.of(self.stage)
        if not migration.remaining():
            return
        with progress.step("Converting the lake into tables") as step:

            def note(data_type: "DataType", done: int, of_all: int) -> None:
                step.note(f"{data_type}, {done} of {of_all} objects")

            migration.run(note)
            left = sum(migration.remaining().values())
            step.note(f"objects that cannot be read: {left}" if left else "done")
