"""The CDK app: stacks and constructs, one noun per module."""
