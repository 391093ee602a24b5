"""The Lambda function behind the metrics route."""

from functions.metrics.dialect import in_fraud_dialect
from functions.metrics.routes import router
from shared.metrics.forms import FraudMetricsLater
from shared.runtime.http import Api
from shared.runtime.observability import instrumented

app = Api(router)
app.exception_handler(FraudMetricsLater)(in_fraud_dialect)
handler = instrumented(app.resolve)
