"""What a REST function answered, as tests look at it."""

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
        """Read what a handler gave to API Gateway."""
        headers = {name.lower(): values[0] for name, values in answer["multiValueHeaders"].items()}
        return cls(answer["statusCode"], orjson.loads(answer["body"]), headers)

    @property
    def data(self) -> Any:
        """What a good answer says."""
        assert self.body["success"] is True, self.body
        return self.body["data"]

    @property
    def error(self) -> Any:
        """What a bad answer says."""
        assert self.body["success"] is False
        return self.body["error"]

    @property
    def code(self) -> str:
        """What kind of error a bad answer tells."""
        return str(self.error["code"])

    @property
    def fields(self) -> dict[str, str]:
        """Which fields of the request are wrong, and why."""
        return {each["field"]: each["message"] for each in self.error.get("field_errors", [])}
