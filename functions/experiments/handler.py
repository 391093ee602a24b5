"""The Lambda function behind the routes of experiments."""

from functions.experiments import policy_routes, routes
from shared.app.http import Api
from shared.runtime.dialects import Dialect
from shared.runtime.observability import instrument

app = Api(routes.router, policy_routes.router, dialect=Dialect.FRAUD)
handler = instrument(app.resolve)
