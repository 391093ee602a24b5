"""Where notifications go, as requests and responses have it, and notifications themselves."""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import orjson
from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from shared.notifications.urls import LONGEST_URL, parse_url
from shared.runtime.models import Model, Optional
from shared.runtime.phrases import phrase

MOST_TARGETS = 10
SHORTEST_SECRET, LONGEST_SECRET = 16, 256

_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}", re.ASCII)
_LONGEST_SUBJECT, _LONGEST_BODY, _MOST_DATA = 1_000, 20_000, 65_536
_OF_TYPES = {"union_tag_invalid", "union_tag_not_found"}


def _url(text: str) -> str:
    parse_url(text)
    return text


def _secret(secret: SecretStr) -> SecretStr:
    if not SHORTEST_SECRET <= len(secret) <= LONGEST_SECRET:
        raise ValueError(f"must have {SHORTEST_SECRET} to {LONGEST_SECRET} characters")
    return secret


class TopicTarget(Model):
    """The stage's notification topic; its subscriptions (e-mail, SMS, HTTPS) are configured by the operator."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["topic"] = Field(description="`topic`.")


class WebhookTarget(Model):
    """A webhook. Two of them are equal if their URLs are, whatever their secrets."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["webhook"] = Field(description="`webhook`.")
    url: Annotated[str, AfterValidator(_url)] = Field(
        max_length=LONGEST_URL,
        description="An `https` URL of a public host, without user name, password and fragment.",
        examples=["https://hooks.example.com/tally"],
    )
    secret: Annotated[SecretStr, AfterValidator(_secret)] | None = Field(
        default=None,
        exclude=True,
        json_schema_extra={"writeOnly": True},
        description="The key of the signatures, 16 to 256 characters. Without it, a webhook that the rule already has "
        "keeps its secret; a new one gets a random one, which only the response to this request contains.",
    )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WebhookTarget) and other.url == self.url

    def __hash__(self) -> int:
        return hash(self.url)


def _read(sent: Any, read: ValidatorFunctionWrapHandler) -> Any:
    """Read a target; the names of its invalid fields do not begin with its type, which is no part of the request."""
    try:
        return read(sent)
    except ValidationError as failure:
        problems = [
            InitErrorDetails(
                type=PydanticCustomError("value_error", "{said}", {"said": _said(each)}),
                loc=each["loc"][1:],
                input=each["input"],
            )
            for each in failure.errors(include_url=False)
        ]
        raise ValidationError.from_exception_data("target", problems) from None


def _said(problem: Mapping[str, Any]) -> str:
    return "must have topic or webhook as its type" if problem["type"] in _OF_TYPES else phrase(problem)


NotificationTarget = Annotated[TopicTarget | WebhookTarget, Field(discriminator="type"), WrapValidator(_read)]
"""Where notifications go, as a request names it."""


def _distinct(targets: tuple[NotificationTarget, ...]) -> tuple[NotificationTarget, ...]:
    if len(set(targets)) < len(targets):
        raise ValueError("must name each target once")
    return targets


NotificationTargets = Annotated[
    tuple[NotificationTarget, ...], Field(max_length=MOST_TARGETS), AfterValidator(_distinct)
]
"""All targets of a rule."""


class ShownWebhook(Model):
    """A webhook in a response."""

    type: Literal["webhook"] = Field(default="webhook", description="`webhook`.")
    url: str = Field(description="The URL.")
    secret: Optional[str] = Field(
        default=None, description="The generated secret, shown only in the response to the request that made it."
    )


ShownTarget = Annotated[TopicTarget | ShownWebhook, Field(discriminator="type")]
"""A target in a response."""


def with_secrets(
    targets: Iterable[NotificationTarget], former: Iterable[NotificationTarget] = ()
) -> tuple[tuple[NotificationTarget, ...], Mapping[str, str]]:
    """Give every webhook a secret: its own, that of the former webhook with the same URL, or a new random one.

    Returns:
        The targets, and the new secrets by URL, to be shown once.
    """
    kept = {each.url: each.secret for each in former if isinstance(each, WebhookTarget)}
    new: dict[str, str] = {}
    complete: list[NotificationTarget] = []
    for target in targets:
        if isinstance(target, WebhookTarget) and target.secret is None:
            secret = kept.get(target.url) or SecretStr(new.setdefault(target.url, secrets.token_urlsafe(32)))
            complete.append(target.model_copy(update={"secret": secret}))
        else:
            complete.append(target)
    return tuple(complete), new


def shown(targets: Iterable[NotificationTarget], new: Mapping[str, str] | None = None) -> list[ShownTarget]:
    """Return targets for a response, without secrets except the new ones by URL."""
    return [
        ShownWebhook(url=each.url, secret=(new or {}).get(each.url)) if isinstance(each, WebhookTarget) else each
        for each in targets
    ]


def stored(target: NotificationTarget) -> dict[str, Any]:
    """Return a target as plain values for a store, with its secret."""
    values: dict[str, Any] = target.model_dump()
    if isinstance(target, WebhookTarget) and target.secret is not None:
        values["secret"] = target.secret.get_secret_value()
    return values


def from_store(values: Sequence[Mapping[str, Any]]) -> tuple[NotificationTarget, ...]:
    """Return stored targets."""
    return tuple(
        WebhookTarget.model_validate(each) if each["type"] == "webhook" else TopicTarget.model_validate(each)
        for each in values
    )


@dataclass(frozen=True, kw_only=True)
class Notification:
    """A message about a change.

    Attributes:
        id: letters, digits and `._:-`, at most 128. It follows from the change (`<alert id>:fired`), so that a repeated
            attempt to record the change makes no second notification; receivers drop repetitions by it.
        subject: one line of at most 1 000 characters; the topic gets the first 99, without accents.
        body: readable text of at most 20 000 characters.
        targets: where it goes; webhooks have secrets (`with_secrets`).
        data: the change in values of JSON, for webhooks; at most 64 KB.
        attributes: what subscriptions of the topic may filter by, such as `severity` and `status`.
    """

    id: str
    subject: str
    body: str
    targets: Sequence[NotificationTarget]
    data: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Reject ids that no header can carry, and what does not fit into an item or a message.

        Raises:
            ValueError: the id is illegal, or something is too long.
        """
        if not _ID.fullmatch(self.id):
            raise ValueError(f"the notification id {self.id!r} must be 1 to 128 letters, digits or ._:-")
        sizes = (len(self.subject), len(self.body), len(orjson.dumps(self.data)))
        if any(size > most for size, most in zip(sizes, (_LONGEST_SUBJECT, _LONGEST_BODY, _MOST_DATA), strict=True)):
            raise ValueError(f"the subject, the body or the data of the notification {self.id} are too long: {sizes}")
