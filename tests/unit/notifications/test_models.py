"""What targets look like in requests, responses and stores, and who sees their secrets."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.notifications.models import (
    Notification,
    NotificationTargets,
    TopicTarget,
    WebhookTarget,
    from_store,
    shown,
    stored,
    with_secrets,
)

TARGETS: TypeAdapter[NotificationTargets] = TypeAdapter(NotificationTargets)
URL, OTHER = "https://hooks.example.com/a", "https://hooks.example.com/b"
SECRET = "a-secret-of-the-receiver"


def webhook(url: str = URL, secret: str | None = SECRET) -> WebhookTarget:
    """A webhook as a request has it."""
    return WebhookTarget.model_validate({"type": "webhook", "url": url, **({"secret": secret} if secret else {})})


def faults(sent: object) -> dict[str, str]:
    """The faults of targets, by their place."""
    with pytest.raises(ValidationError) as refused:
        TARGETS.validate_python(sent)
    return {".".join(map(str, each["loc"])): each["msg"] for each in refused.value.errors()}


def test_a_request_names_the_topic_and_webhooks() -> None:
    read = TARGETS.validate_python([{"type": "topic"}, {"type": "webhook", "url": URL}])

    assert read == (TopicTarget(type="topic"), webhook())


def test_all_mistakes_are_named_at_once() -> None:
    found = faults(
        [
            {"type": "webhook", "url": "https://user@hooks.example.com/"},
            {"type": "webhook", "url": URL, "secret": "short"},
            {"type": "topic", "url": URL},
            {"type": "pigeon"},
            {"type": "webhook", "url": f"{URL}/{'x' * 2048}"},
            {"type": "webhook", "url": URL, "secret": "x" * 257},
            {"type": "webhook"},
            {"url": URL},
        ]
    )

    assert found == {
        "0.url": "must have no user name or password; receivers verify the signature instead",
        "1.secret": "must have 16 to 256 characters",
        "2.url": "is unknown; remove it",
        "3": "must have topic or webhook as its type",
        "4.url": "must have at most 2048 characters",
        "5.secret": "must have 16 to 256 characters",
        "6.url": "is required",
        "7": "must have topic or webhook as its type",
    }


def test_each_target_is_named_once() -> None:
    assert "once" in faults([{"type": "webhook", "url": URL}, {"type": "webhook", "url": URL, "secret": SECRET}])[""]
    assert "once" in faults([{"type": "topic"}, {"type": "topic"}])[""]


def test_a_rule_has_at_most_ten_targets() -> None:
    assert "" in faults([{"type": "webhook", "url": f"{URL}{number}"} for number in range(11)])


def test_webhooks_are_equal_by_url() -> None:
    assert webhook() == webhook(secret=None)
    assert webhook() != webhook(OTHER)
    assert webhook() != TopicTarget(type="topic")


def test_secrets_are_never_written_or_printed() -> None:
    target = webhook()

    assert SECRET not in target.model_dump_json()
    assert "secret" not in target.model_dump()
    assert SECRET not in repr(target)
    assert WebhookTarget.model_json_schema()["properties"]["secret"]["writeOnly"] is True


def test_new_webhooks_get_a_secret_that_is_shown_once() -> None:
    complete, new = with_secrets([TopicTarget(type="topic"), webhook(secret=None), webhook(OTHER)])

    assert set(new) == {URL}
    assert [each.model_dump() for each in shown(complete, new)] == [
        {"type": "topic"},
        {"type": "webhook", "url": URL, "secret": new[URL]},
        {"type": "webhook", "url": OTHER},
    ]
    assert [each.model_dump() for each in shown(complete)][1] == {"type": "webhook", "url": URL}
    assert with_secrets([webhook(secret=None)])[1][URL] != new[URL]


def test_an_edit_without_a_secret_keeps_the_former_one_of_the_url_and_one_with_a_secret_replaces_it() -> None:
    kept, new = with_secrets([webhook(secret=None)], former=[webhook()])
    replaced, _ = with_secrets([webhook(secret=SECRET.upper())], former=[webhook()])

    assert new == {}
    assert stored(kept[0])["secret"] == SECRET
    assert stored(replaced[0])["secret"] == SECRET.upper()


def test_stored_targets_come_back_with_their_secrets() -> None:
    targets = (TopicTarget(type="topic"), webhook())

    back = from_store([stored(each) for each in targets])

    assert back == targets
    assert [stored(each) for each in back] == [stored(each) for each in targets]


@pytest.mark.parametrize("notification_id", ["", "a b", "a\r\nX-Header: b", "a/b", "ä", "x" * 129])
def test_ids_fit_into_a_header(notification_id: str) -> None:
    with pytest.raises(ValueError, match="must be 1 to 128"):
        Notification(id=notification_id, subject="", body="", targets=())


@pytest.mark.parametrize(
    "too_long", [{"subject": "x" * 1_001}, {"body": "x" * 20_001}, {"data": {"values": ["x" * 65_536]}}]
)
def test_notifications_fit_into_items_and_messages(too_long: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="alert-1:fired are too long"):
        Notification(**{"id": "alert-1:fired", "subject": "", "body": "", "targets": (), **too_long})
