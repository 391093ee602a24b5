"""The Lambda function behind the routes of experiments."""

from functions.experiments import routes
from shared.app.http import Api
from shared.runtime.dialects import Dialect
from shared.runtime.observability import instrument

app = Api(routes.router, dialect=Dialect.FRAUD)
handler = instrument(app.resolve)
