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

    def invoke(self, *, FunctionName: str, Payload: bytes) -> Mapping[str, Any]:  # noqa: N803 - boto3's names
        """Invoke the function and wait for it."""
        self.invoked.append(FunctionName)
        if self.failing:
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(b'{"errorMessage":"no table"}')}
        self.run(orjson.loads(Payload))
        return {"StatusCode": 200, "Payload": io.BytesIO(b"null")}
