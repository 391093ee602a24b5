"""Exports data: in the answer, as a file if it is large, or in the background if it takes longer than a request."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.exports.cells import batch_of
from shared.exports.details import ExportDetails
from shared.exports.documents import require_printable
from shared.exports.filters import DecisionsQuery, read_filters
from shared.exports.formats import file_pieces
from shared.exports.job import file_key
from shared.exports.models import ExportFormat, ExportRequest, ExportState
from shared.runtime.errors import NotFound

if TYPE_CHECKING:
    from shared.auth.models import Caller
    from shared.exports.decision_exports import DecisionExports
    from shared.exports.delivery import Delivery, ExportedFile
    from shared.exports.reports import ExportReports, Report
    from shared.exports.store import ExportStore, StoredExport
    from shared.runtime.models import Clock


@dataclass(frozen=True, kw_only=True)
class Exporter:
    """Exports what requests ask for."""

    reports: "ExportReports"
    decisions: "DecisionExports"
    exports: "ExportStore"
    delivery: "Delivery"
    clock: "Clock"

    def export(self, request: ExportRequest, caller: "Caller") -> "ExportedFile | StoredExport":
        """Export data now, or begin to do so in the background.

        Raises:
            InvalidRequest: the filters are about the future.
            Unprocessable: there are more rows than an export may have.
            Unavailable: the data cannot be read now.
        """
        query = read_filters(request.data_type, request.filters, self.clock())
        if isinstance(query, DecisionsQuery):
            return self.decisions.export(request, query, caller)
        report = self.reports.at_one_moment().read(request, query)
        rows = len(report.table.rows)
        details = ExportDetails(request=request, query=query, rows=rows, watermark=report.watermark)
        return self.delivery.deliver(details, _file(details, report))

    def find(self, export_id: str, caller: "Caller") -> "ExportedFile | StoredExport":
        """Return an export that the caller requested, with a new URL of its file once that is complete.

        Raises:
            NotFound: there is none, or it is another user's.
        """
        found = self.exports.get(export_id)
        if found is None or found.job.user_id != caller.subject:
            raise NotFound("The export does not exist")
        if found.state is not ExportState.COMPLETED or found.sha256 is None:
            return found
        return self.delivery.stored_at(file_key(export_id), found.job.details, found.sha256)


def _file(details: ExportDetails, report: "Report") -> bytes:
    if details.request.format is not ExportFormat.PDF:
        columns = report.table.columns
        return b"".join(file_pieces(details, columns, [batch_of(report.table)]))
    require_printable(details.rows)
    return report.document(details).draw()
