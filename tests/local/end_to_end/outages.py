"""Deployed functions that are stopped, or fail, for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.local.conftest import RunningPlatform


@contextmanager
def stopped(platform: RunningPlatform, function: str) -> Iterator[None]:
    """Stop what starts a function."""
    client = platform.client("lambda")
    mappings = client.list_event_source_mappings(FunctionName=f"tally-local-{function}")["EventSourceMappings"]
    assert mappings
    for each in mappings:
        client.update_event_source_mapping(UUID=each["UUID"], Enabled=False)
    try:
        yield
    finally:
        for each in mappings:
            client.update_event_source_mapping(UUID=each["UUID"], Enabled=True)


@contextmanager
def failing(platform: RunningPlatform, function: str) -> Iterator[None]:
    """Let every run of a function fail."""
    client, name = platform.client("lambda"), f"tally-local-{function}"
    handler = client.get_function_configuration(FunctionName=name)["Handler"]
    client.update_function_configuration(FunctionName=name, Handler="functions.nothing.handler")
    try:
        yield
    finally:
        client.update_function_configuration(FunctionName=name, Handler=handler)
