"""The Lambda function behind the alert routes."""

from functions.alerts import routes, rule_routes
from shared.app.http import Api
from shared.runtime.observability import instrument

app = Api(routes.router, rule_routes.router)
handler = instrument(app.resolve)
