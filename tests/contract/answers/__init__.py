"""How answers are served, over DynamoDB and S3."""
