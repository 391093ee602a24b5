"""The state of a running platform for other processes; correct after a crash, too."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from infra.local.errors import AlreadyUp, NotUp
from infra.local.layout import Layout, Ports


@dataclass(frozen=True, slots=True)
class PlatformRun:
    """The running platform: its process, its ports, and whether it is ready."""

    pid: int
    started_at: float
    ports: Ports
    ready: bool = False

    @property
    def state(self) -> str:
        """Whether it is ready for requests."""
        return "up" if self.ready else "starting"

    @property
    def since(self) -> datetime:
        """The time at which it was started."""
        return datetime.fromtimestamp(self.started_at, UTC)

    def write(self, layout: Layout) -> None:
        """Publish the state."""
        layout.run.write_text(json.dumps(asdict(self), indent=1))


@contextmanager
def exclusive(layout: Layout) -> Iterator[None]:
    """Hold the directory while the context lasts; the kernel lets go of it however we end."""
    layout.create()
    with layout.lock.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyUp(layout.directory) from error
        try:
            yield
        finally:
            layout.run.unlink(missing_ok=True)


def current(layout: Layout) -> PlatformRun | None:
    """Return the platform that is up in a directory, None when there is none."""
    if not layout.lock.exists() or not layout.run.exists():
        return None
    with layout.lock.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            try:
                said = json.loads(layout.run.read_text())
            except FileNotFoundError:  # it ends at this moment, or has only begun
                return None
            return PlatformRun(said["pid"], said["started_at"], Ports(**said["ports"]), said["ready"])
    return None


def require_current(layout: Layout) -> PlatformRun:
    """Return the platform that is up, or raise NotUp."""
    run = current(layout)
    if run is None or not run.ready:
        raise NotUp(f"No platform is running in {layout.directory}; start it with `./tally up`.")
    return run
