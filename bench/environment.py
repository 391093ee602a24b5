"""Environment variables for as long as a measurement runs."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import boto3


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set variables for as long as the block runs: boto3 reads its addresses and credentials there.

    Its session would keep the credentials of an emulator that is gone, so there is a new one.
    """
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    boto3.setup_default_session()
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
