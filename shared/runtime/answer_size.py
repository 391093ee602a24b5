"""The size of a response body in the answer of a Lambda function."""

import json

# In JSON text, a character takes at most two `\uXXXX` escapes; the text is enclosed in two quotes.
_MOST_OF_A_CHARACTER, _AROUND = 12, 2


def fits(body: str, most: int) -> bool:
    """Whether a body takes at most so many bytes when it is encoded as JSON text."""
    return len(body) * _MOST_OF_A_CHARACTER + _AROUND <= most or len(json.dumps(body)) <= most
