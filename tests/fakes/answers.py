"""The response of a REST function, parsed for tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import orjson


@dataclass(frozen=True)
class Answer:
    """A status, a body in the Commerce dialect, and headers by their names in lower case."""

    status: int
    body: Any
    headers: dict[str, str]

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> Self:
        """Parse the response that a handler returned to API Gateway."""
        headers = {name.lower(): values[0] for name, values in answer["multiValueHeaders"].items()}
        return cls(answer["statusCode"], orjson.loads(answer["body"] or "null"), headers)

    @property
    def data(self) -> Any:
        """The data of a successful response."""
        assert self.body["success"] is True, self.body
        return self.body["data"]

    @property
    def error(self) -> Any:
        """The error of a failed response."""
        assert self.body["success"] is False
        return self.body["error"]

    @property
    def code(self) -> str:
        """The error code of a failed response."""
        return str(self.error["code"])

    @property
    def fields(self) -> dict[str, str]:
        """Which fields of the request are wrong, and why."""
        return {each["field"]: each["message"] for each in self.error.get("field_errors", [])}
