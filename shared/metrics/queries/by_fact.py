"""From a question to its query: each fact has SQL of its own."""

from shared.metrics.facts import FactName, Source
from shared.metrics.queries.customers import customers
from shared.metrics.queries.orders import orders
from shared.metrics.queries.rows import Query
from shared.metrics.queries.sales import sales
from shared.metrics.queries.sessions import sessions
from shared.metrics.queries.stock import stock
from shared.metrics.question import Question


def query(question: Question, source: Source, *, reporting_currency: str) -> Query:
    """The one statement that answers a question from a source, and the tables that it reads."""
    match question.metric.made_of:
        case FactName.SALES:
            return sales(question, source, reporting_currency=reporting_currency)
        case FactName.ORDERS:
            return orders(question, source, reporting_currency=reporting_currency)
        case FactName.CUSTOMERS:
            return customers(question, source)
        case FactName.LEVELS:
            return stock(question, source)
        case FactName.SESSIONS:
            return sessions(question, source)
