"""The hosts of the functions: AWS through CDK, and the laptop."""
