"""Calls that wait for different services at the same time."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

A = TypeVar("A")
B = TypeVar("B")


def both(first: Callable[[], A], second: Callable[[], B]) -> tuple[A, B]:
    """Call two functions at the same time and return both results, or raise the error of one of them."""
    context = copy_context()
    with ThreadPoolExecutor(max_workers=1) as pool:
        other = pool.submit(context.run, second)
        return first(), other.result()


def all_at_once(calls: Mapping[str, Callable[[], Any]], most: int | None = None) -> dict[str, Any]:
    """Call functions at the same time and return their results by name, or raise the error of one of them.

    Args:
        calls: the functions.
        most: how many of them run at once (default: all).
    """
    if len(calls) <= 1:
        return {name: call() for name, call in calls.items()}
    with ThreadPoolExecutor(min(len(calls), most or len(calls))) as pool:
        started = {name: pool.submit(copy_context().run, call) for name, call in calls.items()}
        return {name: each.result() for name, each in started.items()}
