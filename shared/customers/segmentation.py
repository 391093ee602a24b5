"""Aggregates scored customers into the eleven segments. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import Any

from shared.customers.facts import CustomerFacts
from shared.customers.models import CustomerSegment, CustomerSegmentationResponse
from shared.customers.profiles import Run
from shared.customers.rules import Scores
from shared.customers.segments import DEFINED_ON, DEFINITION, SEGMENTS, Segment
from shared.runtime.numbers import EXACT, ZERO

_PLACES = 4


@dataclass(frozen=True)
class Population:
    """All customers and their net amount, with which a segment is compared."""

    customers: int
    net_amount: Decimal


def segmentation(
    customers: Sequence[CustomerFacts], scores: Sequence[Scores], run: Run
) -> CustomerSegmentationResponse:
    """Build all segments, in the order in which they are declared."""
    members: defaultdict[str, list[CustomerFacts]] = defaultdict(list)
    for customer, scored in zip(customers, scores, strict=True):
        members[scored.segment.segment_id].append(customer)
    whole = Population(len(customers), _net(customers))
    return CustomerSegmentationResponse(
        segments=[_segment(each, members[each.segment_id], whole, run) for each in SEGMENTS],
        total_customers=len(customers),
        segmentation_date=run.at,
        as_of=run.last_day,
        definition_version=DEFINITION,
        definition_date=DEFINED_ON,
        reporting_currency=run.reporting_currency,
        excluded_records=sum(each.excluded_records for each in customers),
        model=run.model,
    )


def _segment(segment: Segment, members: Sequence[CustomerFacts], whole: Population, run: Run) -> CustomerSegment:
    net, paid = _net(members), sum(each.paid_orders for each in members)
    return CustomerSegment(
        segment_id=segment.segment_id,
        name=segment.name,
        description=segment.description,
        customer_count=len(members),
        percentage=round(100 * len(members) / whole.customers, _PLACES) if whole.customers else 0,
        avg_lifetime_value=EXACT.divide(net, Decimal(len(members))) if members else ZERO,
        avg_order_value=EXACT.divide(net, Decimal(paid)) if paid else None,
        retention_rate=retention_rate(members),
        characteristics=_characteristics(segment, members, whole, run),
    )


def retention_rate(members: Sequence[CustomerFacts]) -> float | None:
    """Return the share of customers active in the previous 90 days who were active again in the last 90 days."""
    before = [each for each in members if each.orders_90d_before]
    return round(sum(each.orders_last_90d > 0 for each in before) / len(before), _PLACES) if before else None


def _characteristics(segment: Segment, members: Sequence[CustomerFacts], whole: Population, run: Run) -> dict[str, Any]:
    since = [(run.last_day - each.last_purchase.date()).days for each in members]
    orders = [each.orders for each in members]
    return {
        "cells": {str(recency): list(values) for recency, values in segment.cells.items()},
        "revenue_share": round(float(_net(members) / whole.net_amount), _PLACES) if whole.net_amount else None,
        "average_orders": round(sum(orders) / len(orders), _PLACES) if orders else None,
        "average_days_since_last_order": round(sum(since) / len(since), _PLACES) if since else None,
    }


def _net(customers: Sequence[CustomerFacts]) -> Decimal:
    return reduce(EXACT.add, (each.net_amount for each in customers), ZERO)
