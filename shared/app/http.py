"""The resolver of every REST function: typed routes, both dialects, uniform errors."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from http import HTTPStatus
from inspect import getdoc
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import unquote

import orjson
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response, content_types
from aws_lambda_powertools.event_handler.api_gateway import BaseRouter, ResponseBuilder, Route, Router
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.params import get_flat_dependant

from shared.app import middleware
from shared.app.compression import compress
from shared.app.cors import cors_headers
from shared.app.route_policy import RoutePolicy, policy_of
from shared.app.wiring import Wiring, wiring
from shared.auth.credentials import token_of_request
from shared.auth.current_caller import acting_as
from shared.auth.models import CREDENTIALS
from shared.auth.scopes import PUBLIC, Scope
from shared.auth.verifier import require
from shared.runtime import etags, strict_json
from shared.runtime.aws_errors import as_unavailable
from shared.runtime.browser_headers import PROTECTION
from shared.runtime.deadline import deadline
from shared.runtime.dialects import REQUEST_ID, Dialect, error_body
from shared.runtime.errors import FieldError, InternalError, InvalidRequest, MethodNotAllowed, NotFound, TallyError
from shared.runtime.observability import count, logger
from shared.runtime.phrases import phrase
from shared.runtime.request import normalise, well_formed

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from shared.auth.models import Caller
    from shared.limits.classes import RateClass

BASE_PATH = "/api/v1"
# Time reserved at the end of an invocation for aborting hanging calls and writing the response.
_TO_WRAP_UP_SECONDS = 11
_REQUEST_PARTS = {"body", "query", "path", "header"}


class Api(APIGatewayRestResolver):
    """The routes of one function behind API Gateway. A route requires a token unless its policy is public.

    Responses use one dialect, or the one that `spoken_in` derives from the request. The docstring of a route function
    is the description of its operation in the OpenAPI document.

    Raises:
        RouteWithoutPolicy: a route declares no policy.
    """

    def __init__(
        self,
        *routers: Router,
        dialect: Dialect = Dialect.COMMERCE,
        spoken_in: Callable[[Mapping[str, Any]], Dialect] | None = None,
    ) -> None:
        super().__init__(enable_validation=True, serializer=_write, json_body_deserializer=_read)
        self.dialect = dialect
        self.dialects = tuple(Dialect) if spoken_in else (dialect,)
        self._spoken_in = spoken_in or (lambda _: dialect)
        for router in routers:
            self.include_router(router, prefix=BASE_PATH)
        self._policies = {route: policy_of(route) for route in (*self._static_routes, *self._dynamic_routes)}
        for route in self._policies:
            route.description = _paragraphs(getdoc(route.func) or "")
        self._admitted = ExitStack()
        self._rate_headers: Mapping[str, str] = {}
        self.exception_handler(TallyError)(self._fail)
        self.exception_handler(etags.NotModified)(_not_modified)
        self.exception_handler(RequestValidationError)(self._fail_validation)
        self.exception_handler(Exception)(self._fail_unexpectedly)

    @property
    def policies(self) -> Mapping[tuple[str, str], RoutePolicy]:
        """The policy of each route, by its method and its path in the OpenAPI document."""
        return {(route.method, route.openapi_path): declared for route, declared in self._policies.items()}

    def resolve(self, event: Mapping[str, Any], context: "LambdaContext") -> dict[str, Any]:
        """Respond to one request; every error is in the dialect of the request and contains the request id.

        HEAD is answered like GET, without the body.
        """
        with self._admitted, deadline(_seconds(context)):
            self._rate_headers = {}
            answer = self._answer(_as_get(event), context)
            self._add_headers(event, answer)
        answer = compress(event, answer)
        return answer if event.get("httpMethod") != "HEAD" else {**answer, "body": "", "isBase64Encoded": False}

    def _answer(self, event: Mapping[str, Any], context: "LambdaContext") -> dict[str, Any]:
        try:
            return super().resolve(well_formed(event), context)
        except TallyError as error:
            return self._without_route(event, error)
        except Exception as error:  # noqa: BLE001 # logged and counted like one in a route
            return self._without_route(event, _as_internal_error(error))

    def _add_headers(self, event: Mapping[str, Any], answer: dict[str, Any]) -> None:
        own = answer.get("multiValueHeaders", {})
        answer["multiValueHeaders"] = {
            **{name: [value] for name, value in PROTECTION.items()},
            **own,
            **{name: [value] for name, value in self._rate_headers.items()},
            "X-Request-Id": [REQUEST_ID.get()],
            "Vary": ["Origin", "Accept-Encoding"],
            **cors_headers(event),
        }
        _log(event, answer)

    def _call_route(self, route: Route, route_arguments: dict[str, str]) -> ResponseBuilder[Any]:
        """Call the route if the caller is authorized; otherwise the body is not even parsed."""
        event = self.current_event.raw_event
        policy = self._policies[route].spoken_in(self._spoken_in(event))
        scope = policy.scope
        decoded = {name: unquote(value) for name, value in route_arguments.items()}
        if scope is PUBLIC:
            self._set_event(normalise(event))
            return super()._call_route(route, decoded)
        wired: Wiring = self.dependency_overrides.get(wiring, wiring)()
        caller = self._authorize(wired, event, scope, policy.rate)
        _refuse_parameters(route, event)
        event = self._set_event(normalise(event))
        self._admitted.enter_context(etags.conditional_request(event, tagged=policy.is_tagged(route.method)))
        answer_by_route = super()._call_route

        def act() -> dict[str, Any]:
            return answer_by_route(route, decoded).build(self.current_event)

        if policy.is_audited(route.method):
            act = partial(middleware.run_audited, wired, event, caller, act)
        if policy.takes_key(route.method):
            act = partial(middleware.run_idempotently, wired, event, self.lambda_context, caller, act)
        return _FinishedResponse(middleware.finalize(wired, act()))

    def _set_event(self, event: dict[str, Any]) -> dict[str, Any]:
        BaseRouter.current_event = self._to_proxy_event(event)
        return event

    def _authorize(self, wired: "Wiring", event: Mapping[str, Any], scope: Scope, rate: "RateClass | None") -> "Caller":
        caller = wired.identity.verifier.caller(token_of_request(event))
        self._admitted.enter_context(acting_as(caller))
        self._rate_headers = middleware.check_rate_limit(wired, caller, rate, self._spoken_in(event))
        require(scope, caller)
        return caller

    def _without_route(self, event: Mapping[str, Any], error: TallyError) -> dict[str, Any]:
        headers = {name: [value] for name, value in error.headers.items()}
        return {
            "statusCode": error.status,
            "body": _write(error_body(error, self._spoken_in(event))),
            "isBase64Encoded": False,
            "multiValueHeaders": {"Content-Type": [content_types.APPLICATION_JSON], **headers},
        }

    def _fail(self, error: TallyError) -> Response[dict[str, Any]]:
        return Response(
            status_code=error.status,
            content_type=content_types.APPLICATION_JSON,
            headers=dict(error.headers),
            body=error_body(error, self._spoken_in(self.current_event.raw_event)),
        )

    def _fail_validation(self, failure: RequestValidationError) -> Response[dict[str, Any]]:
        problems = failure.errors()
        if any(problem["loc"][:1] == ("response",) for problem in problems):
            return self._fail_unexpectedly(failure)
        return self._fail(InvalidRequest("Request validation failed", field_errors=[_field(each) for each in problems]))

    def _handle_not_found(self, method: str, path: str) -> NoReturn:
        """Respond 405 to another method of a known path and 404 to an unknown path."""
        methods = {route.method for route in self._policies if route.rule.match(path)}
        if methods:
            allowed = ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
            raise MethodNotAllowed(f"{method} is not supported; use {allowed}", headers={"Allow": allowed})
        raise NotFound("This path does not exist")

    def _fail_unexpectedly(self, error: Exception) -> Response[dict[str, Any]]:
        return self._fail(_as_internal_error(error))


class _FinishedResponse(ResponseBuilder[Any]):
    """A response that is already complete, so that the resolver does not build it again."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self._answer = answer

    def build(self, *_: Any) -> dict[str, Any]:
        """Return the response."""
        return self._answer


def _refuse_parameters(route: Route, event: Mapping[str, Any]) -> None:
    """Refuse query parameters of a route that has none. The other routes check theirs with a query model."""
    given = event.get("multiValueQueryStringParameters") or {}
    if given and not get_flat_dependant(route.dependant).query_params:
        unknown = [FieldError(name, "unknown parameter; this route has none") for name in given]
        raise InvalidRequest("Request validation failed", field_errors=unknown)


def _as_get(event: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**event, "httpMethod": "GET"} if event.get("httpMethod") == "HEAD" else event


def _paragraphs(docstring: str) -> str:
    """Unwrap the lines of a docstring, because Markdown viewers may keep line breaks."""
    return "\n\n".join(" ".join(each.split()) for each in docstring.split("\n\n"))


def _seconds(context: "LambdaContext") -> float:
    return context.get_remaining_time_in_millis() / 1000 - _TO_WRAP_UP_SECONDS


def _not_modified(unchanged: etags.NotModified) -> Response[str]:
    return Response(status_code=HTTPStatus.NOT_MODIFIED.value, headers=dict(etags.headers(unchanged.tag)), body="")


def _as_internal_error(error: Exception) -> TallyError:
    passing = as_unavailable(error)
    if passing is not None:
        logger().warning("dependency unavailable", exc_info=error)
        count("OutOfReach")
        return passing
    logger().error("unexpected failure", exc_info=error)
    count("UnexpectedFailures")
    return InternalError("An unexpected error occurred; quote the request id when reporting it")


def _write(body: Any) -> str:
    return orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS).decode()


def _read(body: str) -> Any:
    try:
        value = strict_json.loads(body or "null")
    except strict_json.NotStrictJson as error:
        raise InvalidRequest(f"The body is malformed: {error}") from None
    if not isinstance(value, dict | None):
        # Powertools would silently use the first item of a list as the body and drop the others.
        raise InvalidRequest("Request validation failed", field_errors=[FieldError("body", "must be an object")])
    return value


def _field(problem: Mapping[str, Any]) -> FieldError:
    steps = problem["loc"]
    path = [str(step) for step in (steps[1:] if steps and steps[0] in _REQUEST_PARTS else steps)]
    name = ".".join(path) or "body"
    if problem["type"] == "missing":
        return FieldError(name, f"{name} is required")
    rejected = None if CREDENTIALS.intersection(path) else problem.get("input")
    return FieldError(name, phrase(problem), rejected)


def _log(event: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
    status = HTTPStatus(answer["statusCode"])
    logger().info("request completed", method=event.get("httpMethod"), path=event.get("path"), status=status.value)
