"""Athena's JSON 1.1 protocol as functions from a request's body to an answer's body; sockets are elsewhere."""

from collections.abc import Callable
from uuid import uuid4

from infra.local.athena import metadata_api
from infra.local.athena.engine import RESULT_SUFFIXES, Engine, Submission
from infra.local.athena.errors import RequestRefused
from infra.local.athena.executions import FINISHED, Execution
from infra.local.athena.paging import Body, limit, page_of, place, require

Operation = Callable[[Engine, Body], Body]
PAGE = 1000
ID_PAGE = 50


def respond(engine: Engine, operation: str, body: Body) -> Body:
    """Answer one operation of the Athena API."""
    if operation not in OPERATIONS:
        raise RequestRefused(
            f"{operation} is not supported by the local Athena engine", kind="UnknownOperationException"
        )
    return OPERATIONS[operation](engine, body)


def start_query_execution(engine: Engine, body: Body) -> Body:
    """Submit a query."""
    token = body.get("ClientRequestToken") or str(uuid4())
    submission = Submission(
        sql=require(body, "QueryString"),
        token=token,
        parameters=tuple(body.get("ExecutionParameters", ())),
        database=body.get("QueryExecutionContext", {}).get("Database", "default"),
        work_group=body.get("WorkGroup", "primary"),
        output=body.get("ResultConfiguration", {}).get("OutputLocation"),
    )
    return {"QueryExecutionId": engine.start(submission)}


def stop_query_execution(engine: Engine, body: Body) -> Body:
    """Cancel a query."""
    engine.stop(require(body, "QueryExecutionId"))
    return {}


def get_query_execution(engine: Engine, body: Body) -> Body:
    """Describe a query."""
    return {"QueryExecution": describe_execution(engine.history.get(require(body, "QueryExecutionId")))}


def batch_get_query_execution(engine: Engine, body: Body) -> Body:
    """Describe several queries; unknown ones are listed apart."""
    found, unknown = [], []
    for identity in require(body, "QueryExecutionIds"):
        try:
            found.append(describe_execution(engine.history.get(identity)))
        except RequestRefused as error:
            unknown.append({"QueryExecutionId": identity, "ErrorCode": error.code, "ErrorMessage": str(error)})
    return {"QueryExecutions": found, "UnprocessedQueryExecutionIds": unknown}


def get_query_results(engine: Engine, body: Body) -> Body:
    """Page through the rows of a query; the first row of the first page of a SELECT is its header."""
    execution = engine.history.get(require(body, "QueryExecutionId"))
    if execution.state not in FINISHED:
        raise RequestRefused(f"Query has not yet finished. Current state: {execution.state}")
    if execution.state != "SUCCEEDED":
        raise RequestRefused(f"Query did not finish successfully. Final query state: {execution.state}")
    start = place(body)
    rows, following = engine.history.page(execution, start, limit(body, PAGE))
    metadata = {"ColumnInfo": execution.columns}
    answer: Body = {"UpdateCount": 0, "ResultSet": {"Rows": [_row(row) for row in rows], "ResultSetMetadata": metadata}}
    return answer | ({"NextToken": str(following)} if following is not None else {})


def list_query_executions(engine: Engine, body: Body) -> Body:
    """List the queries of a work group, newest first."""
    return page_of(engine.history.newest(body.get("WorkGroup", "primary")), "QueryExecutionIds", body, most=ID_PAGE)


def describe_execution(execution: Execution) -> Body:
    """Describe an execution as GetQueryExecution does."""
    location = f"{execution.output}{execution.id}{RESULT_SUFFIXES.get(execution.substatement_type, '.txt')}"
    return {
        "QueryExecutionId": execution.id,
        "Query": execution.sql,
        "StatementType": execution.statement_type,
        "SubstatementType": execution.substatement_type,
        "ResultConfiguration": {"OutputLocation": location},
        "QueryExecutionContext": {"Database": execution.database, "Catalog": "awsdatacatalog"},
        "Status": _status(execution),
        "Statistics": _statistics(execution),
        "WorkGroup": execution.work_group,
        "EngineVersion": {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"},
        **({"ExecutionParameters": [*execution.parameters]} if execution.parameters else {}),
    }


def _status(execution: Execution) -> Body:
    status: Body = {"State": execution.state, "SubmissionDateTime": execution.submitted}
    if execution.completed is not None:
        status["CompletionDateTime"] = execution.completed
    if execution.reason is not None:
        status["StateChangeReason"] = execution.reason
    if execution.blame is not None:
        status["AthenaError"] = {
            "ErrorCategory": execution.blame,
            "ErrorType": 1006 if execution.blame > 1 else 0,
            "Retryable": execution.blame == 1,
            "ErrorMessage": execution.reason,
        }
    return status


def _statistics(execution: Execution) -> Body:
    """Give times in whole milliseconds, as far as the execution has come."""
    if execution.started is None:
        return {"DataScannedInBytes": 0}
    statistics: Body = {
        "DataScannedInBytes": execution.bytes_scanned,
        "QueryQueueTimeInMillis": _millis(execution.submitted, execution.started),
    }
    if execution.completed is not None:
        statistics["EngineExecutionTimeInMillis"] = _millis(execution.started, execution.completed)
        statistics["TotalExecutionTimeInMillis"] = _millis(execution.submitted, execution.completed)
    if execution.manifest is not None:
        statistics["DataManifestLocation"] = execution.manifest
    return statistics


def _millis(start: float, end: float) -> int:
    return max(0, round((end - start) * 1000))


def _row(row: list[str | None]) -> Body:
    return {"Data": [{} if value is None else {"VarCharValue": value} for value in row]}


OPERATIONS: dict[str, Operation] = {
    "StartQueryExecution": start_query_execution,
    "StopQueryExecution": stop_query_execution,
    "GetQueryExecution": get_query_execution,
    "BatchGetQueryExecution": batch_get_query_execution,
    "GetQueryResults": get_query_results,
    "ListQueryExecutions": list_query_executions,
    "GetWorkGroup": metadata_api.get_work_group,
    "ListWorkGroups": metadata_api.list_work_groups,
    "CreateWorkGroup": metadata_api.create_work_group,
    "DeleteWorkGroup": metadata_api.delete_work_group,
    "ListDataCatalogs": metadata_api.list_data_catalogs,
    "GetDataCatalog": metadata_api.get_data_catalog,
    "GetDatabase": metadata_api.get_database,
    "ListDatabases": metadata_api.list_databases,
    "GetTableMetadata": metadata_api.get_table_metadata,
    "ListTableMetadata": metadata_api.list_table_metadata,
}
