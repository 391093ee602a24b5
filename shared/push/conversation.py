"""Answers what clients send. Nothing that they send closes their connection; what is wrong with it is the answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.live.deliveries import Delivery
from shared.live.posting import Letter
from shared.push.wording import ANALYTICS, error
from shared.runtime.phrases import phrase
from shared.runtime.strict_json import NotStrictJson, loads

if TYPE_CHECKING:
    from shared.live.connections import Connection, Connections
    from shared.live.deliveries import Deliveries
    from shared.runtime.models import Clock

MOST_IN_A_SECOND = 20
"""Messages that a client may send within a second."""

LARGEST = 32 * 1024
"""Maximum size of a client's message in bytes, that of a frame."""


class Unusable(ValueError):
    """A message cannot be acted on; the code is for programs, the text says what to do."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class Ping(BaseModel):
    """A question whether the connection still works."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["ping"]


Act = Callable[["Connection", Any], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Action:
    """An action of a channel: the form of its message, what it does, and whether there is an answer to it."""

    form: type[BaseModel]
    act: Act
    is_answered: bool = True


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """Answers messages.

    Attributes:
        analytics, dashboards: the actions of each kind of channel.
    """

    connections: "Connections"
    deliveries: "Deliveries"
    analytics: Mapping[str, Action]
    dashboards: Mapping[str, Action]
    clock: "Clock"

    def answer(self, connection_id: str, body: str, *, is_binary: bool) -> Letter | None:
        """Act on a message; return the answer, or None if there is none."""
        known = self.connections.get(connection_id)
        if known is None:
            return None
        if known.token_expires_at <= self.clock():
            self.deliveries.request([Delivery(channel=known.channel, connection_id=connection_id)])
            return None
        action, message, problem = self._read(known.channel, body, is_binary=is_binary)
        is_answered = action is None or action.is_answered
        received = self.connections.receive(connection_id, answers=int(is_answered))
        if received is None:
            return None
        if received.in_second > MOST_IN_A_SECOND:
            problem = Unusable("rate_limited", f"Send at most {MOST_IN_A_SECOND} messages a second")
        return self._act(received.connection, action, message, problem)

    def _act(
        self, connection: "Connection", action: Action | None, message: Any, problem: Unusable | None
    ) -> Letter | None:
        if action is not None and problem is None:
            try:
                found = action.act(connection, message)
            except Unusable as unusable:
                problem = unusable
            else:
                return None if found is None else _letter(connection, found)
        numbered = connection if action is None or action.is_answered else self.connections.number(connection)
        return _letter(numbered, self._error(numbered, problem)) if numbered and problem else None

    def _read(self, channel: str, body: str, *, is_binary: bool) -> tuple[Action | None, Any, Unusable | None]:
        actions = self.analytics if channel == ANALYTICS else self.dashboards
        try:
            action, message = read(body, actions, is_binary=is_binary)
        except Unusable as unusable:
            return None, None, unusable
        return action, message, None

    def _error(self, connection: "Connection", problem: Unusable) -> dict[str, Any]:
        return error(connection.channel, problem.code, str(problem), cursor=cursor_of(connection), at=self.clock())


def read(body: str, actions: Mapping[str, Action], *, is_binary: bool) -> tuple[Action, BaseModel]:
    """Read a message.

    Raises:
        Unusable: it is not one of the actions; the text names every mistake.
    """
    if is_binary:
        raise Unusable("binary_message", "Send text, not binary data")
    if len(body.encode("utf-8", "surrogatepass")) > LARGEST:
        raise Unusable("message_too_large", f"Send at most {LARGEST // 1024} KB in a message")
    try:
        document = loads(body)
    except NotStrictJson as mistake:
        raise Unusable("malformed_json", f"The message is {mistake}") from None
    name = document.get("action") if isinstance(document, dict) else None
    action = actions.get(name) if isinstance(name, str) else None
    if action is None:
        raise Unusable("unknown_action", f"The action must be one of {', '.join(actions)}")
    try:
        return action, action.form.model_validate(document)
    except ValidationError as invalid:
        raise Unusable("invalid_message", "; ".join(_mistakes(invalid))) from None


def cursor_of(connection: "Connection") -> int:
    """Return the id up to which a connection of `/ws/analytics` has been sent events."""
    progress, wanted = connection.progress, connection.subscription
    is_of_this = progress.get("revision") == wanted.get("revision")
    return int(progress["cursor"] if is_of_this and progress else wanted.get("start", 0))


def _mistakes(invalid: ValidationError) -> list[str]:
    return [f"/{'/'.join(map(str, each['loc']))} {phrase(each)}" for each in invalid.errors()]


def _letter(connection: "Connection", answer: Mapping[str, Any]) -> Letter:
    numbered = answer if connection.channel == ANALYTICS else {**answer, "sequence": connection.sequence}
    return Letter(connection, [orjson.dumps(numbered)])
