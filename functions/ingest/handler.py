"""The Lambda function behind the ingest routes."""

from functions.ingest.routes import router
from shared.runtime.http import Api
from shared.runtime.observability import instrumented

app = Api(router)
handler = instrumented(app.resolve)
