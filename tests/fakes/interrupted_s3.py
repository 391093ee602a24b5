"""An S3 client inside whose calls something else happens first: races, in the order a test wants them."""

from collections.abc import Callable
from typing import Any

import boto3


class InterruptedS3:
    """A real client; `before` lets something happen once, inside its next call of a kind that names a key."""

    def __init__(self) -> None:
        self.client: Any = boto3.Session().client("s3")

    def before(self, operation: str, key: str, act: Callable[[], object]) -> None:
        """Act once, just before the next such call is sent."""
        pending = [act]

        def hook(params: dict[str, Any], **_: Any) -> None:
            if pending and key in str(params.get("Key") or params.get("Delete") or params.get("Prefix")):
                pending.pop()()

        self.client.meta.events.register_first(f"provide-client-params.s3.{operation}", hook)
