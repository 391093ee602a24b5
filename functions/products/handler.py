"""The Lambda function behind the product route."""

from functions.products.routes import router
from shared.app.http import Api
from shared.runtime.observability import instrumented

app = Api(router)
handler = instrumented(app.resolve)
