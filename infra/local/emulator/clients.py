"""AWS clients of the emulator for the laptop host itself."""

import boto3

from infra.local.emulator.environment import REGION, credentials


def session() -> boto3.Session:
    """Return a session of the emulator's one account that reads nothing of the user's own configuration."""
    own = credentials()
    return boto3.Session(
        aws_access_key_id=own["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=own["AWS_SECRET_ACCESS_KEY"],
        region_name=REGION,
    )
