"""Pages of the dashboards that a user may see."""

from collections.abc import Sequence

from shared.dashboards.models import Dashboard, DashboardsResponse
from shared.dashboards.parameters import DashboardsQuery
from shared.runtime.paging import Window, paginate


def page_of(dashboards: Sequence[Dashboard], query: DashboardsQuery) -> DashboardsResponse:
    """Return the page that a query asks for; without a size, all of the category."""
    wanted = [each for each in dashboards if query.category in {None, each.category}]
    window = Window.of_page(query.page if query.size else 0, query.size or len(wanted) or 1)
    shown = paginate(wanted, window, arrival=lambda each: (each.created_at, each.dashboard_id), order=query.sort)
    return DashboardsResponse(
        dashboards=list(shown.items),
        totalElements=shown.total if query.size else None,
        totalPages=shown.page()["totalPages"] if query.size else None,
    )
