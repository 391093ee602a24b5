"""What a route requires of callers and provides for them, declared on the route function with `@policy(...)`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from shared.auth.scopes import PUBLIC, Scope
from shared.runtime.dialects import Dialect

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler.api_gateway import Route

    from shared.limits.classes import RateClass
    from shared.runtime.errors import TallyError

_ATTRIBUTE = "__policy__"
_CHANGES = {"POST", "PUT", "PATCH", "DELETE"}
_POLLED = {Scope.ANALYTICS_READ, Scope.FRAUD_READ, Scope.ALERTS_READ, Scope.DASHBOARDS_READ}

RouteFunction = TypeVar("RouteFunction", bound=Callable[..., Any])


class RouteWithoutPolicy(LookupError):
    """A route function has no `@policy`."""


@dataclass(frozen=True, kw_only=True)
class RoutePolicy:
    """The declaration of one route; the HTTP method decides what applies by default."""

    scope: Scope | None
    rate: "RateClass | None" = None
    idempotent: bool = True
    audited: bool = True
    errors: "tuple[type[TallyError], ...]" = ()
    fraud_scope: Scope | None = None

    def spoken_in(self, dialect: Dialect) -> "RoutePolicy":
        """Return the policy of a request in a dialect, of a route that both contracts define."""
        if self.fraud_scope is None or dialect is not Dialect.FRAUD:
            return self
        return replace(self, scope=self.fraud_scope, rate=None, fraud_scope=None)

    def takes_key(self, method: str) -> bool:
        """Whether the route honours an `Idempotency-Key`; public routes do not, because keys are stored by caller."""
        return method == "POST" and self.idempotent and self.scope is not PUBLIC

    def is_audited(self, method: str) -> bool:
        """Whether a successful request makes an entry in the audit log."""
        return method in _CHANGES and self.audited and self.scope is not PUBLIC

    def is_tagged(self, method: str) -> bool:
        """Whether responses have an `ETag`, for dashboards that poll analytics."""
        return method == "GET" and self.scope in _POLLED


def policy(  # noqa: PLR0913 # each is a word of the declaration
    scope: Scope | None,
    *,
    rate: "RateClass | None" = None,
    idempotent: bool = True,
    audited: bool = True,
    errors: "tuple[type[TallyError], ...]" = (),
    fraud_scope: Scope | None = None,
) -> Callable[[RouteFunction], RouteFunction]:
    """Declare the policy of a route.

    Args:
        scope: what the access token must allow, or `PUBLIC`.
        rate: the class in which requests are counted; by default the general class of the dialect of the request.
        idempotent: whether a POST honours `Idempotency-Key`. Not if its response contains a secret, because responses
            are stored until the key expires.
        audited: whether a change makes an entry in the audit log. Not if it is accounted for elsewhere.
        errors: further errors of the route, for the OpenAPI document.
        fraud_scope: what the access token must allow for a request of the Fraud contract, if both contracts define
            the route; such requests are counted in the general class of that contract.
    """
    declared = RoutePolicy(
        scope=scope, rate=rate, idempotent=idempotent, audited=audited, errors=errors, fraud_scope=fraud_scope
    )

    def declare(function: RouteFunction) -> RouteFunction:
        setattr(function, _ATTRIBUTE, declared)
        return function

    return declare


def policy_of(route: "Route") -> RoutePolicy:
    """Return the policy of a route.

    Raises:
        RouteWithoutPolicy: its function declares none.
    """
    declared: RoutePolicy | None = getattr(route.func, _ATTRIBUTE, None)
    if declared is None:
        raise RouteWithoutPolicy(
            f"{route.method} {route.openapi_path} has no policy: add @policy with a scope or PUBLIC"
        )
    return declared
