"""The topics of notifications, with the subscriptions of the stage."""

from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.aws.names import Names
from infra.aws.stages import Subscription
from shared.runtime.resources import Topic

_PROTOCOLS = {
    "email": sns.SubscriptionProtocol.EMAIL,
    "sms": sns.SubscriptionProtocol.SMS,
    "https": sns.SubscriptionProtocol.HTTPS,
}


class SubscribedTopic(Construct):
    """A topic, encrypted by the key that AWS manages for SNS: it admits everyone in the account who may publish."""

    def __init__(self, scope: Construct, *, topic: Topic, names: Names) -> None:
        super().__init__(scope, topic.name.upper())
        self.topic = sns.Topic(
            self,
            "Topic",
            topic_name=names.resource_name(topic),
            master_key=kms.Alias.from_alias_name(self, "Key", "alias/aws/sns"),
            enforce_ssl=True,
        )
        for number, subscription in enumerate(names.stage.subscriptions):
            self._subscribe(f"Subscription{number}", subscription)

    def _subscribe(self, id_: str, subscription: Subscription) -> None:
        sns.Subscription(
            self,
            id_,
            topic=self.topic,
            protocol=_PROTOCOLS[subscription.protocol],
            endpoint=subscription.endpoint,
            filter_policy={
                name: sns.SubscriptionFilter.string_filter(allowlist=list(values))
                for name, values in subscription.only.items()
            }
            or None,
        )
