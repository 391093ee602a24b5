"""The Lambda function behind the metrics route."""

from functions.metrics.routes import router
from shared.app.http import Api
from shared.metrics.contract_detection import dialect_of
from shared.runtime.observability import instrument

app = Api(router, spoken_in=lambda event: dialect_of(event.get("multiValueQueryStringParameters") or ()))
handler = instrument(app.resolve)
