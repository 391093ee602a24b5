"""Rebuilds the roll-ups of a lake that an older version of the source filled."""

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
        """Rebuild the roll-ups if another version made them: days without one would be missing in every answer."""
        source = fingerprint(PROJECT, {}, _MAKERS)
        if self.layout.rolled_up.exists() and self.layout.rolled_up.read_text() == source:
            return
        with progress.step("Rebuilding roll-ups"):
            rebuild_all(self.stage)
        self.layout.rolled_up.write_text(source)
