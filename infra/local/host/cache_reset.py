"""Remembered answers, forgotten when the platform comes up: after a power cut versions of tables may be older."""

import boto3


def reset_result_cache(session: boto3.Session, endpoint: str, table: str) -> None:
    """Empty the result cache.

    Objects of the lake outlive a power cut, and versions of tables are as last saved: an answer remembered under such
    a version may tell less than the lake holds.
    """
    dynamodb = session.client("dynamodb", endpoint_url=endpoint)
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, ProjectionExpression="cache_key")
    for page in pages:
        for key in page["Items"]:
            dynamodb.delete_item(TableName=table, Key=key)
