"""The Lambda function behind the dashboard routes."""

from functions.dashboards.routes import router
from shared.app.http import Api
from shared.runtime.observability import instrument

app = Api(router)
handler = instrument(app.resolve)
