"""The Lambda function behind the auth routes."""

from typing import TYPE_CHECKING, Any

from functions.auth.forms import as_json
from functions.auth.routes import router
from shared.app.http import Api
from shared.runtime.observability import instrument

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

app = Api(router)


def answer(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Respond to a request, whose body may be a form."""
    return app.resolve(as_json(event), context)


handler = instrument(answer)
