"""The Lambda function behind the customer routes."""

from functions.customers.routes import router
from shared.app.http import Api
from shared.runtime.observability import instrumented

app = Api(router)
handler = instrumented(app.resolve)
