"""The Lambda function behind the data quality route."""

from functions.quality.routes import router
from shared.app.http import Api
from shared.runtime.observability import instrumented

app = Api(router)
handler = instrumented(app.resolve)
