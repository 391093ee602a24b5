"""Every store over DynamoDB."""
