"""Publishes notifications on the stage's SNS topic."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from shared.runtime.resources import Topic

NOTIFICATION_TOPIC = Topic("notification_topic")

_LONGEST_SUBJECT = 99  # SNS: "less than 100 characters"
_SUBSTITUTE = "Tally notification"


class NotificationTopic:
    """The stage's notification topic."""

    def __init__(self, sns: Any, arn: str) -> None:
        self._sns = sns
        self._arn = arn

    def publish(self, notification_id: str, subject: str, body: str, attributes: Mapping[str, str]) -> None:
        """Publish a message; subscriptions may filter by its attributes, among them `notification_id`."""
        named = {**attributes, "notification_id": notification_id}
        self._sns.publish(
            TopicArn=self._arn,
            Subject=ascii_subject(subject),
            Message=f"{body}\n\nNotification {notification_id}",
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value} for name, value in named.items() if value
            },
        )


def ascii_subject(text: str) -> str:
    """Return a subject as SNS takes it: one line of at most 99 printable ASCII characters, without accents."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = "".join(each if each.isprintable() else " " for each in plain).split()
    return " ".join(words)[:_LONGEST_SUBJECT].rstrip() or _SUBSTITUTE
