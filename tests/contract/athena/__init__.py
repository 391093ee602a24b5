"""The limit on concurrent queries, and cached results, over DynamoDB and S3."""
