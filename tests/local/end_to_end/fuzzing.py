"""Requests that schemathesis makes out of the published document, and what it finds wrong with their answers."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import schemathesis
from hypothesis import settings
from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from schemathesis.openapi.checks import RejectedPositiveData

from shared.records.currencies import ISO_4217
from shared.records.schemas import SCHEMAS

Case = schemathesis.Case[Any]

_TIMEOUT = 30
_ENOUGH = ("EUR", ISO_4217[0], ISO_4217[-1])
# What the document says of each type's records is compared with what decides over them in tests/unit/records.
_FIELDS = {data_type.value: schema.by_name.keys() for data_type, schema in SCHEMAS.items()}
_EVERY_FIELD = {name for fields in _FIELDS.values() for name in fields}
_BY_RULE = ("examples", "coverage")
_PHASES = (*_BY_RULE, "fuzzing", "stateful")
_MAY_ANSWER_WHAT_FITS = ["2xx", "3xx", "401", "403", "404", "409", "410", "414", "422", "429", "431"]
_MAY_ANSWER_WHAT_DOES_NOT = ["4xx"]
# What the document says in words, since JSON Schema has none for it.
_BEYOND_SCHEMA = (
    "This path accepts two kinds of query",  # and a request follows one of them
    "metric_type",  # which that form needs, and which limits
    "time_range",  # ditto, not before it begins nor in the future, and not more buckets than are told
    '"field":"aggregation"',  # which the metric may not have
    "is not a filter of",  # the metric
    "is not a table that",  # the answer depends on
    "must be after startDate",
    "client_id is required",  # where HTTP Basic does not carry them
    "client_secret is required",
    "is required if deliveries is true",
    "is required unless If-Match is sent",
    "must have at most 4 decimal places",
    "ids and filters must not be combined",
    '"field":"data.',  # the record is none of its data type
    '"field":"options.encoding"',  # which must be the name of an encoding
)


@dataclass
class Findings:
    """What came of the requests to one route."""

    statuses: set[int] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)


def published_at(
    api_url: str, *, routes: Collection[str], phases: set[str], examples: int, **config: Any
) -> schemathesis.BaseSchema:
    """Read the published document, and generate requests of some of its routes."""
    every_run_alike = bool(settings.default and settings.default.derandomize)
    told = httpx.get(f"{api_url}/openapi.json", timeout=_TIMEOUT).json()
    made = {
        "base-url": api_url.removesuffix("/api/v1"),
        "request-timeout": _TIMEOUT,
        "continue-on-failure": True,
        "cache": {"enabled": False},
        "suppress-health-check": ["all"],  # two busy cores are slow, and no property of the platform
        "generation": {"max-examples": examples, "deterministic": every_run_alike, "database": "none"},
        "phases": {name: {"enabled": name in phases, "checks": _checks(name)} for name in _PHASES},
    }
    whole = schemathesis.openapi.from_dict(told, config=schemathesis.Config.from_dict(made | config))
    document = whole.include(name=list(routes))
    document.hook("filter_case")(_is_telling)
    document.hook("filter_failure")(_is_one)
    return document


def _checks(phase: str) -> dict[str, Any]:
    """Every stock check, but that chance is not asked for what fits: it seldom hits what the document says in words."""
    return {
        "positive_data_acceptance": {"enabled": phase in _BY_RULE, "expected-statuses": _MAY_ANSWER_WHAT_FITS},
        "negative_data_rejection": {"expected-statuses": _MAY_ANSWER_WHAT_DOES_NOT},
    }


def findings(published: schemathesis.BaseSchema) -> Mapping[str, Findings]:
    """Send generated requests, and return the results by route."""
    found: dict[str, Findings] = defaultdict(Findings)
    for event in from_schema(published).execute():
        match event:
            case ScenarioFinished():
                _read(event, found)
            case NonFatalError():
                found[event.label].failures.append(str(event.info))
            case FatalError():
                raise event.exception
    return dict(found)


def _read(event: ScenarioFinished, found: dict[str, Findings]) -> None:
    recorded = event.recorder
    for case_id, node in recorded.cases.items():
        one, answer = found[node.value.operation.label], recorded.find_response(case_id=case_id)
        if answer is not None and node.value.method == node.value.operation.method.upper():
            one.statuses.add(answer.status_code)
        for check in recorded.checks.get(case_id, ()):
            if check.failure_info is not None:
                failure, sent = check.failure_info.failure, check.failure_info.code_sample
                one.failures.append(f"{failure}\n{sent}\n{answer.text if answer else 'no answer'}")


def _is_telling(_: schemathesis.HookContext, case: Case) -> bool:
    """Whether a request is worth sending: not with each of 180 currencies, nor with records of all types as sales."""
    body: dict[str, Any] = case.body if isinstance(case.body, dict) else {}
    rows = _rows(body.get("data"))
    currencies = [case.query.get("filters[currency]"), *(row.get("currency") for row in rows)]
    own = _FIELDS.get(str(body.get("data_type")), _EVERY_FIELD)
    strange = {name for row in rows for name in row} & (_EVERY_FIELD - own)
    return not strange and all(each in _ENOUGH or each not in ISO_4217 for each in currencies)


def _rows(data: Any) -> list[dict[str, Any]]:
    return [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []


def _is_one(_: schemathesis.HookContext, failure: Failure, case: Case, answer: schemathesis.Response) -> bool:
    """Whether a failure is one of the platform's."""
    if isinstance(failure, RejectedPositiveData):
        return not any(words in answer.text for words in _BEYOND_SCHEMA)
    if isinstance(failure, AcceptedNegativeData) and case.path.endswith("/ingest/batch"):
        return '"validation_status":"failed"' not in answer.text  # rows are refused one by one, and go to quarantine
    return True
