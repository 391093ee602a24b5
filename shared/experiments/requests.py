"""The base of the requests about experiments: strict, and with every mistake at once."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import (
    ConfigDict,
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidationError,
    model_validator,
)

from shared.runtime.errors import FieldError
from shared.runtime.json_pointers import mistake
from shared.runtime.models import CamelModel


class StrictModel(CamelModel):
    """A part of a request; unknown members are refused."""

    # By its name in Python, a field would be another spelling of a member of the body.
    model_config = ConfigDict(extra="forbid", validate_by_name=False)


class CheckedRequest(StrictModel):
    """A request whose mistakes are kept instead of raised, to be reported with those between its fields."""

    _given: Any = PrivateAttr(default=None)
    _mistakes: list[FieldError] = PrivateAttr(default_factory=list)

    @model_validator(mode="wrap")
    @classmethod
    def _keep_mistakes(cls, given: Any, read: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            made = read(given)
        except ValidationError as invalid:
            made = cls.model_construct()  # type: ignore[assignment] # nobody reads its fields
            made._mistakes = [mistake(each) for each in invalid.errors(include_url=False)]  # noqa: SLF001 # its own
        made._given = given  # noqa: SLF001 # its own
        return made

    @property
    def given(self) -> Mapping[str, Any]:
        """The body as it was sent; bodies are always objects."""
        given: Mapping[str, Any] = self._given
        return given

    @property
    def mistakes(self) -> list[FieldError]:
        """What is wrong with single fields, by JSON pointer."""
        return self._mistakes
