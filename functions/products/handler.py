"""The Lambda function behind the product route."""

from functions.products.routes import router
from shared.app.http import Api
from shared.runtime.observability import instrument

app = Api(router)
handler = instrument(app.resolve)
