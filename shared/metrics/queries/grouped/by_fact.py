"""Selects the query for a grouped question; each fact has its own SQL."""

from shared.athena.sql import Statement
from shared.metrics.facts import FactName
from shared.metrics.planner import Plan
from shared.metrics.queries.grouped.customers import customers
from shared.metrics.queries.grouped.orders import orders
from shared.metrics.queries.grouped.sales import sales
from shared.metrics.queries.grouped.sessions import sessions
from shared.metrics.queries.grouped.stock import stock
from shared.metrics.question import GroupedQuestion


def grouped_query(question: GroupedQuestion, plan: Plan, *, reporting_currency: str) -> Statement:
    """Return the statement for a plan."""
    match question.metric.fact_name:
        case FactName.SALES:
            return sales(question, plan, reporting_currency=reporting_currency)
        case FactName.ORDERS:
            return orders(question, plan, reporting_currency=reporting_currency)
        case FactName.CUSTOMERS:
            return customers(question, plan)
        case FactName.LEVELS:
            return stock(question, plan)
        case FactName.SESSIONS:
            return sessions(question, plan)
