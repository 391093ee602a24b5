"""Lambda's `Invoke` over a function in this process."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson


@dataclass
class InvokedFunctions:
    """Runs the function with each payload; a failing one answers as Lambda does."""

    run: Callable[[Any], object]
    failing: bool = False
    invoked: list[str] = field(default_factory=list)

    def invoke(
        self,
        *,
        FunctionName: str,  # noqa: N803 - boto3's names
        Payload: bytes = b"{}",  # noqa: N803
        InvocationType: str = "RequestResponse",  # noqa: N803
    ) -> Mapping[str, Any]:
        """Invoke the function and wait for it, or, as an event, do not hear whether it fails."""
        self.invoked.append(FunctionName)
        if InvocationType == "Event":
            return {"StatusCode": 202, "Payload": io.BytesIO(b"")}
        if self.failing:
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(b'{"errorMessage":"no table"}')}
        self.run(orjson.loads(Payload))
        return {"StatusCode": 200, "Payload": io.BytesIO(b"null")}
