"""Turns the sums of the eleven segments into the report. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from functools import reduce
from operator import add
from typing import Any

from shared.customers.models import CustomerSegment, CustomerSegmentationResponse
from shared.customers.run import CustomerRun
from shared.customers.segment_sums import SegmentSums
from shared.customers.segments import DEFINED_ON, DEFINITION, SEGMENTS, Segment
from shared.runtime.numbers import EXACT, ZERO

_PLACES = 4


def segmentation(sums: Mapping[str, SegmentSums], run: CustomerRun) -> CustomerSegmentationResponse:
    """Build all segments, in the order in which they are declared."""
    whole = reduce(add, sums.values(), SegmentSums())
    return CustomerSegmentationResponse(
        segments=[_segment(each, sums.get(each.segment_id, SegmentSums()), whole) for each in SEGMENTS],
        total_customers=whole.customers,
        segmentation_date=run.at,
        as_of=run.last_day,
        definition_version=DEFINITION,
        definition_date=DEFINED_ON,
        reporting_currency=run.reporting_currency,
        excluded_records=whole.excluded_records,
        model=run.model,
    )


def _segment(segment: Segment, sums: SegmentSums, whole: SegmentSums) -> CustomerSegment:
    return CustomerSegment(
        segment_id=segment.segment_id,
        name=segment.name,
        description=segment.description,
        customer_count=sums.customers,
        percentage=round(100 * sums.customers / whole.customers, _PLACES) if whole.customers else 0,
        avg_lifetime_value=EXACT.divide(sums.net_amount, Decimal(sums.customers)) if sums.customers else ZERO,
        avg_order_value=EXACT.divide(sums.net_amount, Decimal(sums.paid_orders)) if sums.paid_orders else None,
        retention_rate=_ratio(sums.retained, sums.bought_before),
        characteristics=_characteristics(segment, sums, whole),
    )


def _characteristics(segment: Segment, sums: SegmentSums, whole: SegmentSums) -> dict[str, Any]:
    return {
        "cells": {str(recency): list(values) for recency, values in segment.cells.items()},
        "revenue_share": round(float(sums.net_amount / whole.net_amount), _PLACES) if whole.net_amount else None,
        "average_orders": _ratio(sums.orders, sums.customers),
        "average_days_since_last_order": _ratio(sums.days_since_last_order, sums.customers),
    }


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, _PLACES) if whole else None
