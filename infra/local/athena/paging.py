"""Reading requests: required fields, page sizes and tokens, the same for every operation."""

from typing import Any

from infra.local.athena.errors import RequestRefused

Body = dict[str, Any]


def require(body: Body, name: str) -> Any:
    """Give a field that must be there."""
    if not body.get(name):
        raise RequestRefused(f"{name} is missing")
    return body[name]


def place(body: Body) -> int:
    """Read where a page starts."""
    token = body.get("NextToken") or "0"
    if not str(token).isdecimal():
        raise RequestRefused("The NextToken is not one that was given")
    return int(token)


def limit(body: Body, most: int) -> int:
    """Read how long a page may be."""
    wanted = body.get("MaxResults", most)
    if not isinstance(wanted, int) or not 1 <= wanted <= most:
        raise RequestRefused(f"MaxResults must be between 1 and {most}")
    return wanted


def page_of(items: list[Any], name: str, body: Body, *, most: int) -> Body:
    """Cut a page out of a list."""
    start, end = place(body), place(body) + limit(body, most)
    return {name: items[start:end]} | ({"NextToken": str(end)} if end < len(items) else {})
