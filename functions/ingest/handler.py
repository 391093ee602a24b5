"""The Lambda function behind the ingest routes."""

from functions.ingest import routes, source_routes, upload_routes
from shared.runtime.http import Api
from shared.runtime.observability import instrumented

app = Api(routes.router, upload_routes.router, source_routes.router)
handler = instrumented(app.resolve)
