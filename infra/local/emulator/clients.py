"""AWS clients of the emulator for the laptop host itself."""

import boto3

from infra.local.emulator.environment import ACCOUNT, REGION


def session() -> boto3.Session:
    """Return a session of the emulator's one account that reads nothing of the user's own configuration."""
    return boto3.Session(aws_access_key_id=ACCOUNT, aws_secret_access_key="local", region_name=REGION)
