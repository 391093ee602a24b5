"""Remembered answers, forgotten when the platform comes up: after a power cut the states of tables may be older."""

import boto3


def reset_result_cache(session: boto3.Session, endpoint: str, table: str) -> None:
    """Empty the result cache.

    A power cut may lose the last states of tables, so that later commits get the numbers of lost ones: a result cached
    under such a number may be stale.
    """
    dynamodb = session.client("dynamodb", endpoint_url=endpoint)
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, ProjectionExpression="cache_key")
    for page in pages:
        for key in page["Items"]:
            dynamodb.delete_item(TableName=table, Key=key)
