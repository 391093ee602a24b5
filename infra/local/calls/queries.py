"""The permissions that Athena uses of its caller: it reads tables and writes results with the rights of their role.

https://docs.aws.amazon.com/athena/latest/ug/managed-policies.html
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from sqlglot import exp

from infra.local.athena.engine import Engine
from infra.local.athena.errors import QueryFailed, RequestRefused
from infra.local.athena.statement import DropTable, Unload, parse, table_name
from infra.local.athena.tables import TableName
from infra.local.calls.permissions import ApiRequest, Lookups, Permission, glue_resources, needed


@dataclass(slots=True)
class QueryPermissions:
    """Knows what requests to Athena need, what their queries need included."""

    engine: Engine
    _locations: dict[TableName, str | None] = field(default_factory=dict)

    def needed(self, request: ApiRequest) -> Iterator[Permission]:
        """Yield every permission that a request needs to succeed."""
        yield from needed(request, Lookups(work_group_of=self.engine.history.work_group_of))
        asked = request.json
        match request.action:
            case "athena:StartQueryExecution":
                yield from self._query(asked["QueryString"], asked.get("QueryExecutionContext", {}).get("Database", ""))
                yield from _written(self.engine.work_groups.output(asked.get("WorkGroup", "primary"), None))
            case "athena:GetQueryResults":
                with suppress(RequestRefused):
                    output = self.engine.history.get(asked["QueryExecutionId"]).output
                    yield Permission("s3:GetObject", _below(output))

    def _query(self, sql: str, database: str) -> Iterator[Permission]:
        with suppress(QueryFailed, RequestRefused):
            statement = parse(sql, database)
            if isinstance(statement, DropTable):
                return
            if isinstance(statement, Unload):
                yield from _written(statement.location)
                yield _listed(statement.location)
            for table in statement.query.find_all(exp.Table):
                yield from self._read(table_name(table, database))

    def _read(self, table: TableName) -> Iterator[Permission]:
        if location := self._location(table):
            for resource in glue_resources(table.database, table.name):
                yield Permission("glue:GetTable", resource)
            yield Permission("s3:GetObject", _below(location))
            yield _listed(location)

    def _location(self, table: TableName) -> str | None:
        """Return the location of a table's files; None if the name is not a table, such as that of a subquery."""
        if table not in self._locations:
            self._locations[table] = None
            with suppress(QueryFailed):
                self._locations[table] = self.engine.catalogue.table(table).location
        return self._locations[table]


def _written(location: str) -> Iterator[Permission]:
    yield Permission("s3:PutObject", _below(location))
    yield Permission("s3:GetBucketLocation", _bucket(location))


def _listed(location: str) -> Permission:
    """Athena documents the right to list the bucket without conditions, and not the prefixes that it lists."""
    return Permission("s3:ListBucket", _bucket(location))


def _bucket(location: str) -> str:
    return f"arn:aws:s3:::{location.removeprefix('s3://').split('/')[0]}"


def _below(location: str) -> str:
    return f"arn:aws:s3:::{location.removeprefix('s3://').rstrip('/')}/*"
