"""What functions are granted together: several resources that one purpose needs."""

from functions.declaration import Access
from shared.app.large_responses import ANSWERS
from shared.lake.storage.paths import BASE, INCOMING, QUARANTINE, REFERENCE, ROLLUP
from shared.runtime.settings import Resource

QUERY = (
    Access(Resource.WORK_GROUP),
    Access(Resource.DATABASE),
    Access(Resource.RESULTS),
    Access(Resource.RESULT_CACHE),
    Access(Resource.LAKE, BASE),
    Access(Resource.LAKE, ROLLUP),
    Access(Resource.LAKE, REFERENCE),
)
"""Read: tables by Athena, and results."""

QUERY_WRITES = (Access(Resource.RESULTS), Access(Resource.RESULT_CACHE))
"""Written: results of Athena, cached results, and the slots of concurrent queries."""

LARGE_ANSWERS = (Access(Resource.RESULTS, ANSWERS),)
"""Read and written: responses that are too large for Lambda; functions that query have access to them already."""

IDENTITY = (Access(Resource.KEYS), Access(Resource.FAMILIES), Access(Resource.SIGNING_KEYS))
"""Read: what authenticates the caller, for every function behind the REST or the WebSocket API."""

COUNTED = (Access(Resource.RATE_LIMITS),)
"""Written: the counters of requests, for every function behind the REST API."""

ON_RECORD = (Access(Resource.IDEMPOTENCY), Access(Resource.AUDIT))
"""Read and written: idempotent requests and the audit log, for every function whose routes change something."""

LEDGER = (
    Access(Resource.LEDGER),
    Access(Resource.LEDGER_HOURS),
    Access(Resource.SOURCES),
    Access(Resource.QUALITY),
)
"""Read and written: entries, and the totals and counts that change in the same transaction."""

LOADING_READS = (*LEDGER, Access(Resource.DECISIONS), Access(Resource.QUARANTINE), Access(Resource.LAKE, QUARANTINE))
"""Read: what the loading of deliveries needs."""

LOADING_WRITES = (*LOADING_READS, Access(Resource.LAKE, INCOMING))
"""Written: what the loading of deliveries changes."""
