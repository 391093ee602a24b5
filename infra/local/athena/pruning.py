"""Which columns, partitions and files a query can need: read off its typed tree, before anything is listed or read.

A predicate found here is only a filter that every needed row fulfils, on the columns by which a table is pruned;
conditions on anything else count as true. Predicates of outer queries go down to a subquery's columns where filtering
first changes nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping

from sqlglot import exp
from sqlglot.optimizer.pushdown_projections import pushdown_projections
from sqlglot.optimizer.scope import Scope, build_scope, traverse_scope

from infra.local.athena.tables import LakeTable

Evaluable = Callable[[exp.Column], bool]
NULL_REJECTING = (
    exp.And, exp.Between, exp.Boolean, exp.Cast, exp.Column, exp.DataType, exp.EQ, exp.GT, exp.GTE, exp.Identifier,
    exp.In, exp.Like, exp.Literal, exp.LT, exp.LTE, exp.Or, exp.Paren,
)  # fmt: skip
OPAQUE = (exp.Query, exp.Window, exp.AggFunc, exp.Rand, exp.Lambda)
KEEPS_ROWS_APART = ("limit", "offset", "windows", "qualify")


def columns_read(tree: exp.Query) -> dict[str, set[str]]:
    """List the columns of each scan that the result depends on."""
    slim = pushdown_projections(tree.copy())
    used: dict[str, set[str]] = defaultdict(set)
    for scope in traverse_scope(slim):
        for column in scope.columns:
            source = scope.sources.get(column.table)
            if isinstance(source, exp.Table):
                used[source.name].add(column.name)
    return used


class Prunings:
    """Finds for each scan the condition that its rows must fulfil."""

    def __init__(self, tree: exp.Query, tables: Mapping[str, LakeTable]) -> None:
        self._tables = tables
        self._found: dict[str, list[exp.Expr]] = defaultdict(list)
        self._seen: set[tuple[int, bool]] = set()
        root = build_scope(tree)
        if root is not None:
            self._mentions = root.ref_count()
            self._descend(root, [])

    def predicate(self, scan: str) -> exp.Expr | None:
        """Give the condition over bare columns; None when every row may be needed."""
        conditions = self._found.get(scan)
        return exp.and_(*conditions, copy=False) if conditions else None

    def _descend(self, scope: Scope, inherited: list[exp.Expr]) -> None:
        """Walk from the outside in; `inherited` speaks of this scope's own output columns."""
        if (id(scope), bool(inherited)) in self._seen:
            return
        self._seen.add((id(scope), bool(inherited)))
        if isinstance(scope.expression, exp.SetOperation):
            for branch in scope.set_operation_scopes:
                self._descend(branch, _rename_columns(inherited, scope.expression, branch.expression))
        select = scope.expression
        if isinstance(select, exp.Select):
            conditions = _conditions(select) + [(None, inner) for inner in _push_down(select, inherited)]
            for name, (_, source) in scope.selected_sources.items():
                self._visit(name, source, [c for on, c in conditions if on in (None, name)], _nullable(select))
        for inner in [*scope.subquery_scopes, *scope.cte_scopes]:
            self._descend(inner, [])

    def _visit(self, name: str, source: exp.Table | Scope, conditions: list[exp.Expr], nullable: set[str]) -> None:
        if isinstance(source, exp.Table):
            keys = self._tables[source.name].pruning_columns
            found = _weaken(conditions, lambda column: column.table == name and column.name in keys)
            kept = [condition for condition in found if name not in nullable or _rejects_null(condition)]
            self._found[source.name].extend(_bare(condition) for condition in kept)
        elif self._mentions.get(id(source), 1) <= 1:
            found = _weaken(conditions, lambda column: column.table == name)
            self._descend(source, [_bare(c) for c in found if name not in nullable or _rejects_null(c)])


def _conditions(select: exp.Select) -> list[tuple[str | None, exp.Expr]]:
    """List conditions that rows must fulfil, each with the one source it filters, or None for any source."""
    where = select.args.get("where")
    found: list[tuple[str | None, exp.Expr]] = [(None, where.this)] if where else []
    for join in select.args.get("joins") or []:
        condition, side = join.args.get("on"), join.side
        if condition is not None and side in ("", "LEFT"):
            found.append((join.alias_or_name if side else None, condition))
    return found


def _nullable(select: exp.Select) -> set[str]:
    """Name the sources whose rows an outer join may replace by NULLs."""
    source = select.args.get("from_")
    seen = [source.alias_or_name] if source else []
    nullable: set[str] = set()
    for join in select.args.get("joins") or []:
        if join.side in ("RIGHT", "FULL"):
            nullable.update(seen)
        if join.side in ("LEFT", "FULL"):
            nullable.add(join.alias_or_name)
        seen.append(join.alias_or_name)
    return nullable


def _push_down(select: exp.Select, inherited: list[exp.Expr]) -> list[exp.Expr]:
    """Express an outer condition in terms of the columns that the select reads."""
    group = select.args.get("group")
    grouped_in_sets = group and group.find(exp.Rollup, exp.Cube, exp.GroupingSets)
    if not inherited or grouped_in_sets or any(select.args.get(name) for name in KEEPS_ROWS_APART):
        return []
    if select.find(exp.Window):
        return []
    plain = {column.alias_or_name: column.unalias() for column in select.selects}
    inner = _weaken(inherited, lambda column: isinstance(plain.get(column.name), exp.Column))
    return [condition.transform(lambda node: _inner(node, plain)) for condition in inner]


def _inner(node: exp.Expr, plain: Mapping[str, exp.Expr]) -> exp.Expr:
    return plain[node.name].copy() if isinstance(node, exp.Column) and not node.table else node


def _rename_columns(inherited: list[exp.Expr], union: exp.SetOperation, branch: exp.Expr) -> list[exp.Expr]:
    """Express a condition on a union's columns in the names of one branch."""
    if any(union.args.get(name) for name in KEEPS_ROWS_APART) or not isinstance(branch, exp.Query):
        return []
    pairs = zip(union.named_selects, branch.selects, strict=False)
    names = {outer: exp.column(inner.alias_or_name, quoted=True) for outer, inner in pairs}
    return [c.copy().transform(lambda node: _inner(node, names) if node.name in names else node) for c in inherited]


def _weaken(conditions: list[exp.Expr], evaluable: Evaluable) -> list[exp.Expr]:
    """Keep what the evaluable columns alone decide."""
    weaker = [_weaker(condition, evaluable) for condition in conditions]
    return [condition for condition in weaker if condition.find(exp.Column)]


def _weaker(node: exp.Expr, evaluable: Evaluable) -> exp.Expr:
    if isinstance(node, (exp.And, exp.Or)):
        left, right = _weaker(node.left, evaluable), _weaker(node.right, evaluable)
        return _combine(type(node), left, right)
    if isinstance(node, exp.Paren):
        return exp.Paren(this=_weaker(node.this, evaluable))
    decided = all(evaluable(column) for column in node.find_all(exp.Column)) and not node.find(*OPAQUE)
    return node.copy() if decided else exp.true()


def _combine(kind: type[exp.And | exp.Or], left: exp.Expr, right: exp.Expr) -> exp.Expr:
    true = [side for side in (left, right) if isinstance(side, exp.Boolean) and side.this]
    if kind is exp.Or and true:
        return exp.true()
    if true:
        return right if true[0] is left else left
    return kind(this=left, expression=right)


def _bare(condition: exp.Expr) -> exp.Expr:
    for column in condition.find_all(exp.Column):
        column.set("table", None)
    return condition


def _rejects_null(condition: exp.Expr) -> bool:
    return all(isinstance(node, NULL_REJECTING) for node in condition.walk())
