"""The Lambda function behind the replay routes."""

from functions.replay import routes, rule_routes, run_routes
from shared.app.http import Api
from shared.runtime.dialects import Dialect
from shared.runtime.observability import instrument

app = Api(routes.router, run_routes.router, rule_routes.router, dialect=Dialect.FRAUD)
handler = instrument(app.resolve)
