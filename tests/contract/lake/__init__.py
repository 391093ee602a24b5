"""The stores of the lake, over S3 and DynamoDB."""
