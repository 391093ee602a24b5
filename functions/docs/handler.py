"""The Lambda function behind the OpenAPI document and its page."""

from functions.docs.routes import router
from shared.app.http import Api
from shared.runtime.observability import instrument

app = Api(router)
handler = instrument(app.resolve)
