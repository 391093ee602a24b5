"""The topic that all alarms of a stage are sent to."""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.aws.names import Names


class AlarmTopic(Construct):
    """The topic of all alarms of a stage; its own key allows CloudWatch, which the AWS managed key does not."""

    def __init__(self, scope: Construct, *, names: Names) -> None:
        super().__init__(scope, "AlarmTopic")
        key = kms.Key(
            self,
            "Key",
            description="Encrypts Tally's alarm notifications.",
            enable_key_rotation=True,
            removal_policy=names.stage.removal_policy,
        )
        cloudwatch_itself = iam.ServicePrincipal("cloudwatch.amazonaws.com")
        key.grant_encrypt_decrypt(cloudwatch_itself)
        topic = sns.Topic(self, "Topic", topic_name=names.alarm_topic, master_key=key, enforce_ssl=True)
        for number, address in enumerate(names.stage.alarm_emails):
            sns.Subscription(
                self, f"Email{number}", topic=topic, protocol=sns.SubscriptionProtocol.EMAIL, endpoint=address
            )
        # A topic with a policy of its own loses the default one, by which alarms reach it.
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[cloudwatch_itself],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
