"""Empty platforms in moto, one after the other, with fault injection."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import boto3
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends

from shared.runtime.settings import Settings
from tests.fakes import declared_writes, dynamodb_responses, glue_versions, s3_conditions, s3_listings
from tests.fakes.athena import BadAthena
from tests.fakes.fault_injection import FaultInjector
from tests.fakes.outages import Outages
from tests.fakes.serialized_calls import SerializedCalls
from tests.moto_platform import REGION, create_buckets, create_channels, create_tables

PARTITION = "aws"


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
        s3_listings.listen(self._session.events)
        glue_versions.listen(self._session.events)
        dynamodb_responses.register()

    @contextmanager
    def fresh(self) -> Iterator[Settings]:
        """Every declared resource, empty; and the settings that name them."""
        stores = self._empty_stores
        with self._moto():
            yield Settings(stage="local", names={**stores.restore(), **create_channels()})

    @cached_property
    def _empty_stores(self) -> "_EmptyStores":
        with self._moto():
            return _EmptyStores()

    @contextmanager
    def _moto(self) -> Iterator[None]:
        with mock_aws():
            boto3.DEFAULT_SESSION = self._session  # moto puts the one before back
            yield


class _EmptyStores:
    """The tables and buckets as AWS's API makes them: copies take a fiftieth of the time that making them takes."""

    def __init__(self) -> None:
        self._names = {**create_buckets(), **create_tables()}
        self._tables = copy.deepcopy(dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables)
        self._buckets = copy.deepcopy(s3_backends[DEFAULT_ACCOUNT_ID][PARTITION].buckets)

    def restore(self) -> dict[str, str]:
        """Put empty copies into a moto that has none, and return their names by resource."""
        dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables.update(copy.deepcopy(self._tables))
        for name, bucket in copy.deepcopy(self._buckets).items():
            s3_backends[DEFAULT_ACCOUNT_ID][PARTITION].buckets[name] = bucket
            s3_backends.bucket_accounts[name] = (PARTITION, DEFAULT_ACCOUNT_ID)
        return self._names


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
            if "config" in kwargs:  # the platform's clients have one, those of tests do not
                declared_writes.listen(self._made[key].meta.events)
        return self._made[key]
