"""What providers build from: the settings, the clients and the clock of one deployment.

A provider is a function from a deployment to something that a package offers, such as `shared.ledger.provider.ledger`.
Providers call those of lower floors directly, so that an editor can follow them.
"""

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from threading import RLock
from typing import Any, TypeVar

from shared.runtime.clients import Clients
from shared.runtime.models import Clock, now
from shared.runtime.resources import Resource
from shared.runtime.settings import Settings

Built = TypeVar("Built")


class Deployment:
    """The deployment that a function belongs to, and what was built from it so far."""

    def __init__(self, settings: Settings, clock: Clock = now) -> None:
        self.settings = settings
        self.clock = clock
        self.clients = Clients()
        self._built: dict[Callable[..., Any], Any] = {}
        self._lock = RLock()

    def name_of(self, resource: Resource) -> str:
        """Return the name of a resource.

        Raises:
            SettingMissing: the function was not granted the resource.
        """
        return self.settings.name_of(resource)

    def once(self, build: Callable[["Deployment"], Built]) -> Built:
        """Build something when it is first needed, and return the same object from then on."""
        with self._lock:
            if build not in self._built:
                self._built[build] = build(self)
            built: Built = self._built[build]
            return built


def provider(build: Callable[[Deployment], Built]) -> Callable[[Deployment], Built]:
    """Make a function that builds something a provider of it: one object for each deployment."""

    @wraps(build)
    def provide(deployment: Deployment) -> Built:
        return deployment.once(build)

    return provide


class LazyImport:
    """Functions whose modules are imported when one of them is first called, because importing them is slow.

    `LazyImport("shared").ledger.provider.ledger` is the function of that name; type checkers and editors follow it if
    the module is imported for them: `import shared.ledger.provider` under `TYPE_CHECKING`.
    """

    def __init__(self, path: str) -> None:
        self._path = path

    def __getattr__(self, name: str) -> "LazyImport":
        return LazyImport(f"{self._path}.{name}")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Import the function's module and call the function."""
        module, _, function = self._path.rpartition(".")
        return getattr(import_module(module), function)(*args, **kwargs)
