"""The declared DynamoDB tables."""

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from infra.aws.names import Names
from shared.runtime.resources import Index, Table


class OnDemandTable(Construct):
    """An on-demand table, encrypted and recoverable as its stage requires."""

    def __init__(self, scope: Construct, *, table: Table, names: Names) -> None:
        super().__init__(scope, table.name.upper())
        stage = names.stage
        self.table = dynamodb.Table(
            self,
            "Table",
            table_name=names.resource_name(table),
            partition_key=_text(table.partition_key),
            sort_key=_text(table.sort_key) if table.sort_key else None,
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.AWS_MANAGED,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=stage.point_in_time_recovery
            ),
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES if table.streamed else None,
            time_to_live_attribute=table.expires_by,
            deletion_protection=stage.deletion_protection,
            removal_policy=stage.removal_policy,
        )
        for index in table.indexes:
            self._add(index)
        if self.table.table_stream_arn:
            # A stream has a name that is made with it; the stack of its function looks it up.
            ssm.StringParameter(
                self,
                "StreamArn",
                parameter_name=names.stream_parameter(table),
                description="The stream of a table, for the function that its changes start.",
                string_value=self.table.table_stream_arn,
            )

    def _add(self, index: Index) -> None:
        self.table.add_global_secondary_index(
            index_name=index.name,
            partition_key=_text(index.partition_key),
            sort_key=_text(index.sort_key) if index.sort_key else None,
            projection_type=_projection(index),
            non_key_attributes=list(index.attributes) if index.attributes else None,
        )


def _projection(index: Index) -> dynamodb.ProjectionType:
    if index.attributes is None:
        return dynamodb.ProjectionType.ALL
    return dynamodb.ProjectionType.INCLUDE if index.attributes else dynamodb.ProjectionType.KEYS_ONLY


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
