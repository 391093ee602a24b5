"""Which routes answer with an entity tag."""

from shared.auth.scopes import Scope


def is_tagged(method: str, scope: Scope | None) -> bool:
    """Whether the answers of a route are tagged: those that tell of data to be read again and again."""
    return method == "GET" and scope is Scope.ANALYTICS_READ
