"""The mapping language: its models, expressions, numbers and times."""
