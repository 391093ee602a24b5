"""The engine: takes submissions, runs a few at a time, and answers what became of them."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import duckdb

from infra.local.athena.catalog import GlueCatalog
from infra.local.athena.database import LakeDatabase
from infra.local.athena.errors import QueryCancelled, QueryFailed
from infra.local.athena.executions import Execution, History
from infra.local.athena.objects import ObjectCache
from infra.local.athena.output import OutputWriter
from infra.local.athena.runner import Runner, Task
from infra.local.athena.statement import check_syntax, kind_of
from infra.local.athena.table_reader import TableReader
from infra.local.athena.workgroups import WorkGroups

if TYPE_CHECKING:
    from types_boto3_athena import AthenaClient
    from types_boto3_glue import GlueClient
    from types_boto3_s3 import S3Client

GIGABYTE = 1024**3
RESULT_SUFFIXES = {"SELECT": ".csv", "UNLOAD": "", "CREATE_TABLE_AS_SELECT": ""}


@dataclass(frozen=True)
class Limits:
    """Bounds what the engine takes of the machine."""

    cache_bytes: int = 4 * GIGABYTE
    queries_at_once: int = 2
    threads: int = 2
    memory: str = "2GB"
    remembered: int = 1000


@dataclass(frozen=True)
class Submission:
    """Is what StartQueryExecution brings."""

    sql: str
    token: str
    parameters: tuple[str, ...] = ()
    database: str = "default"
    work_group: str = "primary"
    output: str | None = None


class Engine:
    """Runs queries in a bounded pool of threads and remembers them."""

    def __init__(
        self,
        *,
        runner: Runner,
        history: History,
        work_groups: WorkGroups,
        catalogue: GlueCatalog,
        queries_at_once: int,
    ) -> None:
        self.history = history
        self.work_groups = work_groups
        self.catalogue = catalogue
        self._runner = runner
        self._pool = ThreadPoolExecutor(queries_at_once, thread_name_prefix="athena-query")
        self._sessions: dict[str, duckdb.DuckDBPyConnection] = {}
        self._lock = threading.Lock()

    def start(self, submission: Submission) -> str:
        """Submit a query; the same token gives the same execution, and text that is no SQL is refused."""
        check_syntax(submission.sql)
        statement_type, substatement_type = kind_of(submission.sql)
        output = self.work_groups.output(submission.work_group, submission.output)
        execution = Execution(
            **vars(submission) | {"output": output},
            id=str(uuid4()),
            statement_type=statement_type,
            substatement_type=substatement_type,
            submitted=time.time(),
        )
        known = self.history.add(execution)
        if known is execution:
            self._pool.submit(self._run, execution)
        return known.id

    def stop(self, identity: str) -> None:
        """Cancel a query that has not ended."""
        execution = self.history.get(identity)
        if self.history.move(execution, "CANCELLED", completed=time.time(), reason="Query cancelled by user"):
            with self._lock:
                session = self._sessions.get(identity)
                if session is not None:
                    session.interrupt()

    def close(self) -> None:
        """Stop what runs and let go of threads, files and memory."""
        for identity in [*self._sessions]:
            self.stop(identity)
        self._pool.shutdown(cancel_futures=True)
        self._runner.close()

    def _run(self, execution: Execution) -> None:
        if not self.history.move(execution, "RUNNING", started=time.time()):
            return
        try:
            outcome = self._runner.run(self._task(execution))
            self.history.move(execution, "SUCCEEDED", completed=time.time(), **vars(outcome))
        except QueryCancelled as error:
            self.history.move(execution, "CANCELLED", completed=time.time(), reason=str(error) or None)
        except QueryFailed as error:
            self.history.move(execution, "FAILED", completed=time.time(), reason=error.reason, blame=error.blame)
        except Exception as error:  # noqa: BLE001 whatever went wrong, the query ends and says so
            reason = f"GENERIC_INTERNAL_ERROR: {type(error).__name__}: {error}"
            self.history.move(execution, "FAILED", completed=time.time(), reason=reason, blame=1)
        finally:
            with self._lock:
                self._sessions.pop(execution.id, None)

    def _task(self, execution: Execution) -> Task:
        return Task(
            identity=execution.id,
            sql=execution.sql,
            parameters=execution.parameters,
            database=execution.database,
            folder=execution.output,
            most_bytes=self.work_groups.most_bytes(execution.work_group),
            watch=lambda session: self._watch(execution, session),
            keep_rows=lambda rows: self.history.write_rows(execution, rows),
        )

    def _watch(self, execution: Execution, session: duckdb.DuckDBPyConnection) -> None:
        """Make the session known to `stop`; a query stopped before this point ends here."""
        with self._lock:
            self._sessions[execution.id] = session
            if execution.state != "RUNNING":
                raise QueryCancelled


def build_engine(  # noqa: PLR0913 each one is the caller's decision
    *,
    glue: "GlueClient",
    s3: "S3Client",
    directory: Path,
    upstream: "AthenaClient | None" = None,
    default_output: str | None = None,
    limits: Limits | None = None,
) -> Engine:
    """Put an engine together whose state lives in a directory; `upstream` is asked where work groups write results."""
    limits = limits or Limits()
    objects, scratch = directory / "objects", directory / "scratch"
    catalogue = GlueCatalog(glue)
    outputs = OutputWriter(s3, scratch)
    cache = ObjectCache(s3, objects, limit_bytes=limits.cache_bytes)
    database = LakeDatabase([objects, scratch], threads=limits.threads, memory=limits.memory)
    return Engine(
        runner=Runner(database, catalogue, TableReader(catalogue, s3, cache), outputs),
        history=History(directory / "executions", limit=limits.remembered),
        work_groups=WorkGroups(upstream, default_output),
        catalogue=catalogue,
        queries_at_once=limits.queries_at_once,
    )
