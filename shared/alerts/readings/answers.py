"""Remembers the answers of one evaluation pass, so that each distinct question is asked once."""

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Any, TypeVar

T = TypeVar("T")


class Answers:
    """The answers of a pass; of several threads with the same question the first one asks, and the others wait."""

    def __init__(self) -> None:
        self._futures: dict[Hashable, Future[Any]] = {}
        self._lock = Lock()

    def once(self, question: Hashable, ask: Callable[[], T]) -> T:
        """Return the answer to a question, or raise the error that it led to."""
        with self._lock:
            known = self._futures.get(question)
            future = known or self._futures.setdefault(question, Future())
        if known is None:
            try:
                future.set_result(ask())
            except BaseException as error:
                future.set_exception(error)
                raise
        answer: T = future.result()
        return answer

    @property
    def asked(self) -> int:
        """The number of distinct questions so far."""
        return len(self._futures)
