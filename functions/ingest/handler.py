"""The Lambda function behind the ingest routes."""

from functions.ingest import batch_routes, ledger_routes, quarantine_routes, routes, source_routes
from shared.app.http import Api
from shared.runtime.observability import instrument

app = Api(routes.router, batch_routes.router, source_routes.router, quarantine_routes.router, ledger_routes.router)
handler = instrument(app.resolve)
