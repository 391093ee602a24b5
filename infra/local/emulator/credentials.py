"""The credentials of one laptop platform: random, made at its first start, readable by its owner alone."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Self

from infra.local.layout import Layout
from infra.local.private_files import create_private

if TYPE_CHECKING:
    import boto3

ACCOUNT = "000000000000"
REGION = "us-east-1"

_KEY_ID_BYTES, _SECRET_BYTES = 8, 32


@dataclass(frozen=True, slots=True)
class EmulatorCredentials:
    """What opens the emulator's AWS APIs, and what the platform's own host shows to reach the deployed APIs."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    host_key: str = field(repr=False)
    """Sent by the front door with each request that it forwards; never leaves this machine's loopback."""

    @classmethod
    def of(cls, layout: Layout) -> Self:
        """Return a platform's credentials, making them if it has none yet."""
        if not layout.credentials.exists():
            layout.create()
            create_private(layout.credentials, json.dumps(asdict(cls._random()), indent=1))
        return cls(**json.loads(layout.credentials.read_text()))

    @classmethod
    def _random(cls) -> Self:
        return cls(
            access_key_id=f"TALLY{secrets.token_hex(_KEY_ID_BYTES).upper()}",
            secret_access_key=secrets.token_urlsafe(_SECRET_BYTES),
            host_key=secrets.token_urlsafe(_SECRET_BYTES),
        )

    def secret_of(self, access_key_id: str) -> str | None:
        """Return the secret of a key: the emulator gives the account's id as key id to the functions it runs."""
        return self.secret_access_key if access_key_id in {self.access_key_id, ACCOUNT} else None

    def environment(self) -> dict[str, str]:
        """Return the variables from which AWS clients read these credentials, and nothing of the user's own."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def session(self) -> "boto3.Session":
        """Return a session of the emulator's one account that reads nothing of the user's own configuration."""
        import boto3  # noqa: PLC0415 - not on the path of --help

        return boto3.Session(
            aws_access_key_id=self.access_key_id,
            aws_secret_access_key=self.secret_access_key,
            region_name=REGION,
        )


def session(layout: Layout) -> "boto3.Session":
    """Return a session of a platform's account."""
    return EmulatorCredentials.of(layout).session()
