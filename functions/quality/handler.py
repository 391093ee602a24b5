"""The Lambda function behind the data quality route."""

from functions.quality.routes import router
from shared.app.http import Api
from shared.runtime.observability import instrument

app = Api(router)
handler = instrument(app.resolve)
