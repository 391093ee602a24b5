"""Calls that wait for different services at the same time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


def both(first: Callable[[], A], second: Callable[[], B]) -> tuple[A, B]:
    """Call two functions at the same time and return both results, or raise the error of one of them."""
    context = copy_context()
    with ThreadPoolExecutor(max_workers=1) as pool:
        other = pool.submit(context.run, second)
        return first(), other.result()
