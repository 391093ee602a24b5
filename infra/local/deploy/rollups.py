"""Has the roll-ups of a lake computed again that an older version of the source computed."""

from dataclasses import dataclass

from infra.admin.rollup_backfill import rebuild_all
from infra.admin.stage import Stage
from infra.local.deploy.fingerprint import fingerprint
from infra.local.layout import PROJECT, Layout
from infra.local.progress import Progress

_MAKERS = ("shared/lake", "shared/records")


@dataclass(frozen=True, slots=True)
class LocalRollups:
    """The roll-ups of one platform, and the fingerprint of the source that made them."""

    layout: Layout
    stage: Stage

    def refresh(self, progress: Progress) -> None:
        """Start the roll-up job for all days if another version made their roll-ups; queries do not wait for it."""
        source = fingerprint(PROJECT, {}, _MAKERS)
        if self.layout.rolled_up.exists() and self.layout.rolled_up.read_text() == source:
            return
        with progress.step("Starting the roll-up job for all days"):
            rebuild_all(self.stage)
        self.layout.rolled_up.write_text(source)
