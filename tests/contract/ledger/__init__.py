"""The ledger over DynamoDB."""
