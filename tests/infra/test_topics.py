"""The topic of notifications, and who gets them."""

import re
from dataclasses import replace

import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Template

from infra.aws.names import Names
from infra.aws.stage_errors import IllegalWebhookTarget
from infra.aws.stages import DEV, StageConfig, Subscription
from infra.aws.topics import SubscribedTopic
from shared.notifications.topic import NOTIFICATION_TOPIC


def template(stage: StageConfig) -> Template:
    """A stack with nothing but the topic."""
    stack = Stack(App(), "Topics")
    SubscribedTopic(stack, topic=NOTIFICATION_TOPIC, names=Names(stage=stage))
    return Template.from_stack(stack)


def test_the_topic_is_encrypted_requires_tls_and_has_no_subscriptions_by_default() -> None:
    made = template(DEV)

    made.has_resource_properties("AWS::SNS::Topic", {"TopicName": "tally-dev-notification-topic"})
    (topic,) = made.find_resources("AWS::SNS::Topic").values()
    (policy,) = made.find_resources("AWS::SNS::TopicPolicy").values()
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert "alias/aws/sns" in str(topic["Properties"]["KmsMasterKeyId"])
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    made.resource_count_is("AWS::SNS::Subscription", 0)


def test_a_stage_subscribes_addresses_numbers_and_systems_to_all_or_some_notifications() -> None:
    made = template(
        replace(
            DEV,
            subscriptions=(
                Subscription(protocol="email", endpoint="ops@example.com"),
                Subscription(protocol="sms", endpoint="+4915112345678", only={"severity": ("critical",)}),
                Subscription(protocol="https", endpoint="https://pager.example.com/sns"),
            ),
        )
    )

    found = [each["Properties"] for each in made.find_resources("AWS::SNS::Subscription").values()]

    assert [(each["Protocol"], each["Endpoint"], each.get("FilterPolicy")) for each in found] == [
        ("email", "ops@example.com", None),
        ("sms", "+4915112345678", {"severity": ["critical"]}),
        ("https", "https://pager.example.com/sns", None),
    ]


@pytest.mark.parametrize("target", ["localhost", "http://localhost:3000", "Localhost:3000", "localhost:99999", "a b:1"])
def test_allowed_targets_of_webhooks_are_written_as_host_and_port(target: str) -> None:
    with pytest.raises(IllegalWebhookTarget, match=re.escape(repr(target))):
        replace(DEV, webhooks_allowed=(target,))
