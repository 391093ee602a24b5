"""Empty platforms in moto, one after the other, with fault injection."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto import mock_aws

from shared.runtime.settings import Settings
from tests.fakes import s3_conditions
from tests.fakes.athena import BadAthena
from tests.fakes.fault_injection import FaultInjector
from tests.fakes.outages import Outages
from tests.fakes.serialized_calls import SerializedCalls
from tests.moto_platform import create_resources


class MotoPlatforms:
    """Creates empty platforms; clients are reused, because creating them takes longer than most tests."""

    def __init__(self) -> None:
        self.fault_injector = FaultInjector()
        self.outages = Outages()
        self.athena = BadAthena()
        self._session = _ThriftySession()
        self.fault_injector.listen(self._session.events)
        self.outages.listen(self._session.events)
        self.athena.listen(self._session.events)
        SerializedCalls().listen(self._session.events)
        s3_conditions.listen(self._session.events)

    @contextmanager
    def fresh(self) -> Iterator[Settings]:
        """Every declared resource, empty; and the settings that name them."""
        with mock_aws():
            boto3.DEFAULT_SESSION = self._session  # moto puts the one before back
            yield create_resources()


class _ThriftySession(boto3.Session):
    def __init__(self) -> None:
        super().__init__()
        self._made: dict[tuple[str, int], Any] = {}

    def client(self, service_name: str, *args: Any, **kwargs: Any) -> Any:
        """Return one client per service and configuration; those with an own endpoint are new."""
        if args or kwargs.keys() - {"config"}:
            return super().client(service_name, *args, **kwargs)  # type: ignore[call-overload] # as above
        key = (service_name, id(kwargs.get("config")))
        if key not in self._made:
            self._made[key] = super().client(service_name, **kwargs)  # type: ignore[call-overload] # as above
        return self._made[key]
