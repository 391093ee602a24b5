"""The base of requests whose mistakes are reported together with those that only their owner can see."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import ModelWrapValidatorHandler, PrivateAttr, ValidationError, model_validator

from shared.runtime.errors import FieldError
from shared.runtime.json_pointers import mistake
from shared.runtime.models import Model


class CheckedRequest(Model):
    """A request whose mistakes are kept instead of raised."""

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
