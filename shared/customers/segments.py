"""The eleven segments, as data for the rules, the route and the OpenAPI document. Pure.

A customer's cell is (recency score, value score). The value score is the mean of the frequency and monetary scores,
halves rounded up. Each of the 25 cells belongs to exactly one segment.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

DEFINITION = "rfm-1"
"""Version of the segments and the scores; it changes with any change that could move a customer to another cell."""

DEFINED_ON = date(2026, 11, 22)
"""The day on which that version took effect."""

SCORES = range(1, 6)


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One segment: its name, its description and its cells.

    `cells` maps each recency score to value scores.
    """

    segment_id: str
    name: str
    description: str
    cells: Mapping[int, tuple[int, ...]]


SEGMENTS = (
    Segment(
        segment_id="champions",
        name="Champions",
        description="Recent buyers who spend more, or buy more often, than most.",
        cells={5: (4, 5), 4: (5,)},
    ),
    Segment(
        segment_id="loyal_customers",
        name="Loyal customers",
        description="Good customers with a fairly recent purchase.",
        cells={4: (3, 4), 3: (4, 5)},
    ),
    Segment(
        segment_id="potential_loyalists",
        name="Potential loyalists",
        description="Recent buyers with growing value.",
        cells={5: (2, 3), 4: (2,)},
    ),
    Segment(
        segment_id="new_customers",
        name="New customers",
        description="Very recent buyers with few purchases.",
        cells={5: (1,)},
    ),
    Segment(
        segment_id="promising",
        name="Promising",
        description="Fairly recent buyers with few purchases.",
        cells={4: (1,)},
    ),
    Segment(
        segment_id="need_attention",
        name="Need attention",
        description="Average in every score, and becoming inactive.",
        cells={3: (2, 3)},
    ),
    Segment(
        segment_id="about_to_sleep",
        name="About to sleep",
        description="Few purchases, none for some time.",
        cells={3: (1,), 2: (2,)},
    ),
    Segment(
        segment_id="at_risk",
        name="At risk",
        description="Formerly good customers without a purchase for a long time.",
        cells={2: (3, 4), 1: (4,)},
    ),
    Segment(
        segment_id="cannot_lose_them",
        name="Cannot lose them",
        description="Formerly among the best, without a purchase for a long time.",
        cells={2: (5,), 1: (5,)},
    ),
    Segment(
        segment_id="hibernating",
        name="Hibernating",
        description="Few or average purchases, long ago.",
        cells={2: (1,), 1: (3,)},
    ),
    Segment(
        segment_id="lost",
        name="Lost",
        description="Few purchases, the longest ago.",
        cells={1: (1, 2)},
    ),
)

BY_CELL: Mapping[tuple[int, int], Segment] = {
    (recency, value): segment for segment in SEGMENTS for recency, values in segment.cells.items() for value in values
}
"""The segment of every cell."""
