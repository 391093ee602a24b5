"""Athena's JSON 1.1 protocol as functions from a request's body to an answer's body; sockets are elsewhere."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from infra.local.athena.engine import RESULT_SUFFIXES, Engine, Submission
from infra.local.athena.errors import RequestRefused
from infra.local.athena.history import FINISHED, Execution

Body = dict[str, Any]
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
        sql=_required(body, "QueryString"),
        token=token,
        parameters=tuple(body.get("ExecutionParameters", ())),
        database=body.get("QueryExecutionContext", {}).get("Database", "default"),
        work_group=body.get("WorkGroup", "primary"),
        output=body.get("ResultConfiguration", {}).get("OutputLocation"),
    )
    return {"QueryExecutionId": engine.start(submission)}


def stop_query_execution(engine: Engine, body: Body) -> Body:
    """Cancel a query."""
    engine.stop(_required(body, "QueryExecutionId"))
    return {}


def get_query_execution(engine: Engine, body: Body) -> Body:
    """Describe a query."""
    return {"QueryExecution": described(engine.history.get(_required(body, "QueryExecutionId")))}


def batch_get_query_execution(engine: Engine, body: Body) -> Body:
    """Describe several queries; unknown ones are listed apart."""
    found, unknown = [], []
    for identity in _required(body, "QueryExecutionIds"):
        try:
            found.append(described(engine.history.get(identity)))
        except RequestRefused as error:
            unknown.append({"QueryExecutionId": identity, "ErrorCode": error.code, "ErrorMessage": str(error)})
    return {"QueryExecutions": found, "UnprocessedQueryExecutionIds": unknown}


def get_query_results(engine: Engine, body: Body) -> Body:
    """Page through the rows of a query; the first row of the first page of a SELECT is its header."""
    execution = engine.history.get(_required(body, "QueryExecutionId"))
    if execution.state not in FINISHED:
        raise RequestRefused(f"Query has not yet finished. Current state: {execution.state}")
    if execution.state != "SUCCEEDED":
        raise RequestRefused(f"Query did not finish successfully. Final query state: {execution.state}")
    start = _place(body.get("NextToken"))
    rows, following = engine.history.page(execution, start, _limit(body, PAGE))
    metadata = {"ColumnInfo": execution.columns}
    answer: Body = {"UpdateCount": 0, "ResultSet": {"Rows": [_row(row) for row in rows], "ResultSetMetadata": metadata}}
    return answer | ({"NextToken": str(following)} if following is not None else {})


def list_query_executions(engine: Engine, body: Body) -> Body:
    """List the queries of a work group, newest first."""
    return _paged(engine.history.newest(body.get("WorkGroup", "primary")), "QueryExecutionIds", body, ID_PAGE)


def described(execution: Execution) -> Body:
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


def _required(body: Body, name: str) -> Any:
    if not body.get(name):
        raise RequestRefused(f"{name} is missing")
    return body[name]


def _place(token: str | None) -> int:
    if token and not token.isdecimal():
        raise RequestRefused("The NextToken is not one that was given")
    return int(token or 0)


def _limit(body: Body, most: int) -> int:
    limit = body.get("MaxResults", most)
    if not isinstance(limit, int) or not 1 <= limit <= most:
        raise RequestRefused(f"MaxResults must be between 1 and {most}")
    return limit


def _paged(items: list[Any], name: str, body: Body, most: int) -> Body:
    start, limit = _place(body.get("NextToken")), _limit(body, most)
    rest = start + limit < len(items)
    return {name: items[start : start + limit]} | ({"NextToken": str(start + limit)} if rest else {})


OPERATIONS: dict[str, Operation] = {
    "StartQueryExecution": start_query_execution,
    "StopQueryExecution": stop_query_execution,
    "GetQueryExecution": get_query_execution,
    "BatchGetQueryExecution": batch_get_query_execution,
    "GetQueryResults": get_query_results,
    "ListQueryExecutions": list_query_executions,
}
