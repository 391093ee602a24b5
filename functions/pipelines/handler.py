"""The Lambda function behind the route of the health of pipelines."""

from functions.pipelines.routes import router
from shared.app.http import Api
from shared.runtime.dialects import Dialect
from shared.runtime.observability import instrument

app = Api(router, dialect=Dialect.FRAUD)
handler = instrument(app.resolve)
