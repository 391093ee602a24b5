"""The state that a change replaces, which a client names so that it overwrites nothing unseen."""

from dataclasses import dataclass

from shared.runtime import etags
from shared.runtime.errors import Conflict, FieldError, InvalidRequest


@dataclass(frozen=True, kw_only=True)
class Replaced:
    """What a change says that it replaces, in its body or by `If-Match`.

    Attributes:
        field: the field of the body, as errors name it.
        given: its value; None if there is none.
        if_match: the header; None if it is not sent.
    """

    field: str
    given: object
    if_match: str | None

    def require(self, current: object, *, path: str, document: object, stale: str) -> None:
        """Refuse a change of any state but the present one.

        Args:
            current: the value of the field in the present state.
            path: the path of the resource.
            document: the present state, as `GET` tags it.
            stale: what to say if the change is about another state.

        Raises:
            InvalidRequest: the change does not name a state.
            Conflict: it names another one.
        """
        if self.given is None and self.if_match is None:
            missing = FieldError(self.field, f"is required unless {etags.CHANGE_CONDITION} is sent")
            raise InvalidRequest("Request validation failed", field_errors=[missing])
        matches = self.if_match is None or etags.may_change(self.if_match, path, document)
        if self.given not in {None, current} or not matches:
            raise Conflict(stale)
