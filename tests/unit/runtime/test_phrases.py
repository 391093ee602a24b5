"""Messages about invalid fields say what is wanted, without phrases of the validation library."""

import re
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.runtime.phrases import phrase

LIBRARY_PHRASES = re.compile(r"Input|should|permitted|valid (string|integer|number|boolean|list|dictionary)|Field")


class _Thing(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=3)] = "a"
    code: Annotated[str, Field(pattern="^[a-z]+$")] = "a"
    whole: Annotated[int, Field(ge=1, le=9)] = 1
    share: Annotated[float, Field(gt=0, lt=1)] = 0.5
    flag: bool = True
    many: Annotated[list[int], Field(min_length=2, max_length=3)] = [1, 2]
    some: dict[str, int] = {}
    word: Literal["one", "two"] = "one"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"text": ""}, "must not be empty"),
        ({"text": "long"}, "must have at most 3 characters"),
        ({"text": 1}, "must be text"),
        ({"code": "A"}, "must match the pattern ^[a-z]+$"),
        ({"whole": "one"}, "must be a whole number"),
        ({"whole": 1.5}, "must be a whole number"),
        ({"whole": 0}, "must be at least 1"),
        ({"whole": 10}, "must be at most 9"),
        ({"share": 0}, "must be greater than 0"),
        ({"share": 1}, "must be less than 1"),
        ({"share": "half"}, "must be a number"),
        ({"flag": "perhaps"}, "must be true or false"),
        ({"many": [1]}, "must have at least 2 items"),
        ({"many": [1, 2, 3, 4]}, "must have at most 3 items"),
        ({"many": 1}, "must be a list"),
        ({"some": 1}, "must be an object"),
        ({"word": "three"}, "must be one of one, two"),
        ({"other": 1}, "is unknown; remove it"),
    ],
)
def test_a_message_says_what_is_wanted(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as failure:
        _Thing.model_validate(given)

    (problem,) = failure.value.errors(include_url=False)
    assert phrase(problem) == message
    assert not LIBRARY_PHRASES.search(message)
