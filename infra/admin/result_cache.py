"""Empties the result cache, where results that are not computed from the tables as they are now may be in it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


def forget_results(dynamodb: "DynamoDBClient", table: str) -> None:
    """Delete all cached results; the slots of running queries, which are in the same table, are kept."""
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table, ProjectionExpression="cache_key", FilterExpression="attribute_not_exists(holders)"
    )
    for page in pages:
        for key in page["Items"]:
            dynamodb.delete_item(TableName=table, Key=key)
