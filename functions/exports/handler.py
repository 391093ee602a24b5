"""The Lambda function behind the routes of exports."""

from functions.exports.routes import router
from shared.app.http import Api
from shared.runtime.dialects import Dialect
from shared.runtime.observability import instrument

app = Api(router, dialect=Dialect.FRAUD)
handler = instrument(app.resolve)
