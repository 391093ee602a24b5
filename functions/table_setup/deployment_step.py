"""Reports the result of a deployment step to CloudFormation, which waits for it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
"""

from collections.abc import Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import orjson
import urllib3

from shared.runtime.observability import logger

_PHYSICAL_ID = "lake-tables"  # the same in each response: CloudFormation takes another one for a replacement
_LONGEST_REASON = 2000  # a response has at most 4096 bytes
_RETRIES = urllib3.Retry(total=5, backoff_factor=0.5, status_forcelist=(500, 502, 503, 504))


class DeploymentStep:
    """One request of CloudFormation to a custom resource, as a context: an error fails the deployment."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        self._event = event

    @property
    def is_deletion(self) -> bool:
        """Whether the resource is deleted, rather than created or updated."""
        return bool(self._event["RequestType"] == "Delete")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if error is None:
            self._respond({"Status": "SUCCESS"})
            return False
        if not isinstance(error, Exception):
            return False
        logger().error("deployment step failed", exc_info=error)
        self._respond({"Status": "FAILED", "Reason": f"{type(error).__name__}: {error}"[:_LONGEST_REASON]})
        return True

    def _respond(self, result: Mapping[str, str]) -> None:
        answered = {name: self._event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
        body = orjson.dumps({**answered, "PhysicalResourceId": _PHYSICAL_ID, **result})
        # The address is presigned without a content type.
        address, untyped = self._event["ResponseURL"], {"content-type": ""}
        answer = urllib3.request("PUT", address, body=body, headers=untyped, retries=_RETRIES)
        if answer.status != HTTPStatus.OK:
            raise ConnectionError(f"CloudFormation did not accept the response: {answer.status} {answer.data[:200]!r}")
