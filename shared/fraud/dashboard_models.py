"""The model of the dashboard."""

from pydantic import Field

from shared.fraud.models import DecisionSummary, KpiContext, Kpis, KpiTrend
from shared.pipelines.models import PipelineHealth
from shared.runtime.models import Timestamp


class AnalyticsDashboardResponse(KpiContext):
    """KPIs of a window, their trends, the newest decisions, and the health of the pipelines."""

    start_date: Timestamp = Field(description="Added: start of the window or range, inclusive.")
    end_date: Timestamp = Field(
        description="Added: end of the range, exclusive; that of a window is the end of the running step."
    )
    kpis: Kpis = Field(description="KPIs of all decisions of the window or range.")
    trends: list[KpiTrend] = Field(description="Each KPI by step; every step has a point.")
    recent_decisions: list[DecisionSummary] = Field(description="The 20 newest decisions, newest first.")
    pipeline_health: list[PipelineHealth] = Field(description="As `GET /analytics/pipeline/health`.")
