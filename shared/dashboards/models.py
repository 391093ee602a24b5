"""Models of the dashboard routes."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from shared.runtime.checked_requests import CheckedRequest
from shared.runtime.models import Model, Optional, Timestamp

COLUMNS = 12
MOST_WIDGETS = 50
_MOST_ROWS, _TALLEST = 10_000, 100
_SHORTEST_INTERVAL, _LONGEST_INTERVAL = 5, 86_400
_LONGEST_NAME, _LONGEST_DESCRIPTION, _LONGEST_ID = 200, 1_000, 50

_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=_LONGEST_NAME)]
_Description = Annotated[str, StringConstraints(max_length=_LONGEST_DESCRIPTION)]
WidgetId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=_LONGEST_ID)]


class DashboardCategory(StrEnum):
    """Whom a dashboard is for."""

    EXECUTIVE = "executive"
    OPERATIONS = "operations"
    FINANCE = "finance"
    MARKETING = "marketing"


class WidgetType(StrEnum):
    """How a widget shows its data."""

    METRIC_CARD = "metric_card"
    LINE_CHART = "line_chart"
    BAR_CHART = "bar_chart"
    PIE_CHART = "pie_chart"
    TABLE = "table"
    MAP = "map"


_EXAMPLE: JsonDict = {
    "name": "Sales today",
    "category": "executive",
    "widgets": [
        {
            "widget_id": "revenue",
            "type": "metric_card",
            "title": "Revenue, last 30 days",
            "position": {"x": 0, "y": 0, "w": 4, "h": 2},
            "configuration": {"source": "metrics", "metric_type": "revenue", "time_window": "30d"},
            "refresh_interval": 60,
        }
    ],
}


class _Strict(Model):
    model_config = ConfigDict(extra="forbid")


def _whole(low: int, high: int, description: str) -> Any:
    return Field(strict=True, ge=low, le=high, description=description)


class WidgetPosition(_Strict):
    """Where a widget is on a grid of 12 columns; widgets must not overlap."""

    x: int = _whole(0, COLUMNS - 1, "First column, from 0.")
    y: int = _whole(0, _MOST_ROWS, "First row, from 0.")
    w: int = _whole(1, COLUMNS, "Width in columns; `x + w` is at most 12.")
    h: int = _whole(1, _TALLEST, "Height in rows.")

    def overlaps(self, other: "WidgetPosition") -> bool:
        """Whether two widgets have a cell in common."""
        return (
            self.x < other.x + other.w
            and other.x < self.x + self.w
            and self.y < other.y + other.h
            and other.y < self.y + self.h
        )


class DashboardWidget(_Strict):
    """A widget: what it shows, how, where, and how often it is due."""

    widget_id: WidgetId = Field(description="Id, unique on the dashboard: letters, digits, `_` and `-`.")
    type: WidgetType = Field(description="How the data are shown; each source supports some of the types.")
    title: _Name = Field(description="Title.", examples=["Revenue, last 30 days"])
    position: WidgetPosition = Field(description="Place on the grid.")
    configuration: dict[str, Any] = Field(
        description="`source` (default: `metrics`) and the parameters of its route, in which `time_window` (`1h`, "
        "`24h`, `7d`, `30d`, `90d`, `365d`, `mtd`, `qtd`, `ytd`) or a fixed `time_range` is the range. See the "
        "description of the dashboards.",
        examples=[{"source": "metrics", "metric_type": "revenue", "time_window": "30d"}],
    )
    refresh_interval: int = _whole(_SHORTEST_INTERVAL, _LONGEST_INTERVAL, "Seconds after which the data are due again.")


class DashboardRequest(CheckedRequest, _Strict):
    """The dashboard to store."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: _Name = Field(description="Name.", examples=["Sales today"])
    description: _Description = Field(default="", description="What the dashboard is for.")
    category: DashboardCategory = Field(description="Whom it is for.")
    widgets: list[DashboardWidget] = Field(
        max_length=MOST_WIDGETS, description=f"Widgets, at most {MOST_WIDGETS}, none of which overlap."
    )
    is_public: bool = Field(
        default=False, strict=True, description="Whether others may see it (default: false); only its owner changes it."
    )


class DashboardChange(DashboardRequest):
    """The dashboard to store instead of the present one."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{**_EXAMPLE, "updated_at": "2025-01-15T10:30:00Z"}]},
    )

    updated_at: Timestamp | None = Field(
        default=None, description="`updated_at` of the dashboard that is replaced; not needed with `If-Match`."
    )


class Dashboard(Model):
    """A dashboard."""

    dashboard_id: str = Field(description="Id.", examples=["executive"])
    name: str = Field(description="Name.", examples=["Executive overview"])
    description: str = Field(description="What the dashboard is for.")
    category: DashboardCategory = Field(description="Whom it is for.")
    widgets: list[DashboardWidget] = Field(description="Widgets.")
    created_at: Timestamp = Field(description="Time of creation.")
    updated_at: Timestamp = Field(description="Time of the last change; send it with the next one.")
    is_public: bool = Field(description="Whether others may see it.")
    owner: str = Field(description="Added: the user who may change it; `tally` for those that come with the platform.")
    version: int = Field(description="Added: number of the version, from 1.", examples=[1])


class DashboardsResponse(Model):
    """Dashboards: those that come with the platform, public ones and the caller's own."""

    dashboards: list[Dashboard] = Field(description="The dashboards on this page, by default the oldest first.")
    totalElements: Optional[int] = Field(description="Number of dashboards on all pages; with `size`.")  # noqa: N815 # the contract's name
    totalPages: Optional[int] = Field(description="Number of pages; with `size`.")  # noqa: N815 # as above


class WidgetData(Model):
    """The data of one widget."""

    widget_id: str = Field(description="Id of the widget.")
    data: Any = Field(description="The body of the route that the data come from; null unless `success`.")
    status: Literal["success", "loading", "error"] = Field(
        description="`loading` if the data were not ready within 10 seconds; they go on being computed."
    )
    error_message: Optional[str] = Field(description="Why there are no data.")
    cache_status: Literal["hit", "miss", "stale"] = Field(
        description="`hit`: nothing has changed since the data were computed. `miss`: computed now. `stale`: the last "
        "data from before a change, at most 10 minutes old, while the new ones are being computed."
    )


class DashboardDataResponse(Model):
    """The data of a dashboard; one failing widget does not affect the others."""

    dashboard_id: str = Field(description="Id of the dashboard.")
    data: dict[str, WidgetData] = Field(description="Data by widget id.")
    last_updated: Timestamp = Field(description="How far the oldest of the data go: their freshness, or computation.")
    next_refresh: Timestamp = Field(description="When the first of the widgets is due again.")
