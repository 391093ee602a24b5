"""What every store promises, held against its fake and against DynamoDB in moto."""
