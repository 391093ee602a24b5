"""CORS headers of responses, as API Gateway's templates add them and the emulator does not."""

from collections.abc import Collection, Sequence

from infra.local.gateway.responses import Headers, Response

_ALLOWED = "Access-Control-Allow-Origin"
_EXPOSED = "X-Request-Id, Retry-After"


def allow_origin(answer: Response, named: Sequence[str], origins: Collection[str]) -> Response:
    """Allow a configured origin to read the response, errors and preflights included.

    A request with several origins gets no permission.
    """
    varies: Headers = () if answer.header("Vary") else (("Vary", "Origin"),)
    if len(named) != 1 or named[0] not in origins:
        return Response(answer.status, answer.body, answer.headers + varies)
    kept = tuple((name, value) for name, value in answer.headers if name.lower() != _ALLOWED.lower())
    own: Headers = ((_ALLOWED, named[0]),)
    if answer.header("Access-Control-Allow-Credentials") is None:
        own += (("Access-Control-Allow-Credentials", "true"), ("Access-Control-Expose-Headers", _EXPOSED))
    return Response(answer.status, answer.body, kept + varies + own)
