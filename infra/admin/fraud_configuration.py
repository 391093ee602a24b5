"""The configuration of fraud analytics of a stage, located by the outputs of its stacks."""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import orjson
from pydantic import ValidationError

from infra.admin.stage import Stage
from shared.decisions.configuration import FraudConfiguration, FraudParameters, mistakes, with_changes
from shared.decisions.configuration_store import FraudConfigurations
from shared.runtime import strict_json
from shared.runtime.errors import FieldError, InvalidRequest
from shared.runtime.models import now


def configurations_of(stage: Stage) -> FraudConfigurations:
    """Return the versions that a stage holds.

    Raises:
        NotDeployed: the stage is older than the configuration is.
    """
    return FraudConfigurations(
        stage.client("dynamodb"),
        stage.output("ConfigurationTableName"),
        now,
        of_stage=FraudConfiguration.of_stage(orjson.loads(stage.output("FraudConfiguration"))),
    )


def changed(configuration: FraudConfiguration, assignments: Sequence[str]) -> FraudParameters:
    """Return the values of a configuration with changes such as `costParameters.marginRate=0.25`.

    Raises:
        InvalidRequest: a change is malformed, or a value is unknown or invalid; every one is named.
    """
    document, errors = configuration.document, []
    for assignment in assignments:
        path, _, text = assignment.partition("=")
        try:
            document = with_changes(document, _nested(path.split("."), strict_json.loads(text)))
        except strict_json.NotStrictJson:
            errors.append(FieldError(path, "must be followed by = and a number", text))
    try:
        values = FraudParameters.model_validate(document)
    except ValidationError as invalid:
        errors += [FieldError(path, message) for path, message in mistakes(invalid)]
    if errors:
        raise InvalidRequest("Nothing was changed", field_errors=errors)
    return values


def _nested(path: Sequence[str], value: Any) -> Any:
    return reduce(lambda inner, name: {name: inner}, reversed(path), value)


def leaves(document: Any, path: str = "") -> Mapping[str, Any]:
    """Return the values of a document by their paths."""
    if not isinstance(document, Mapping):
        return {path: document}
    return {
        inner: value
        for name, each in document.items()
        for inner, value in leaves(each, f"{path}.{name}" if path else name).items()
    }
