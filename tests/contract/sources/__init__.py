"""The directory of sources over DynamoDB."""
