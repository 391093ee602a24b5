"""The Lambda function behind the OpenAPI document and its page."""

from functions.docs.routes import router
from shared.app.http import Api
from shared.runtime.observability import instrumented

app = Api(router)
handler = instrumented(app.resolve)
