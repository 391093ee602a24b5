"""Previews files and records: how they are written, what would be loaded, what would be rejected, and why."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shared.ingestion.delivery import Delivery
from shared.ingestion.pii import strip_personal_data
from shared.ingestion.preview.columns import Column, columns_of
from shared.ingestion.preview.models import PreviewRequest, PreviewResponse
from shared.ingestion.preview.sampled_rows import SampledRows, sample_rows, with_records_found
from shared.ingestion.preview.shown_records import error_counts, shown_records
from shared.ingestion.preview.suggestion import Suggestion, suggest
from shared.ingestion.responses import validation_error
from shared.ingestion.validation import no_prefix
from shared.ledger.entry import DeliveryKind
from shared.mapping.effective import effective_mapping
from shared.mapping.model import SourceMapping
from shared.mapping.presets.catalog import UnknownPreset, looks_like, preset
from shared.quality.checks import QualityDimension
from shared.quality.rules import default_requirements, overall_score, score_to_json
from shared.records.schema import DataType
from shared.records.schemas import SCHEMAS
from shared.runtime.errors import FieldError, InvalidRequest
from shared.sources.trial.configuration import find_contradictions, find_faults

if TYPE_CHECKING:
    from shared.ingestion.validation import DeliveryValidator
    from shared.mapping.model import MappingOf
    from shared.mapping.record_paths import RecordPaths
    from shared.quality.state import QualityCounts
    from shared.runtime.models import Clock

_NAME = "preview"
_MOST_ERRORS = 100


@dataclass(frozen=True)
class _Seen:
    """The rows of a request, their columns, and the preset that these are of."""

    sample: SampledRows
    columns: Sequence[Column]
    preset: str | None


@dataclass(frozen=True)
class _Choice:
    """The mapping to apply, its origin, and the suggested mapping."""

    data_type: DataType
    mapping: SourceMapping | None
    used: str
    suggestion: Suggestion


@dataclass(frozen=True, kw_only=True)
class Previewer:
    """Previews what would be loaded; stores nothing."""

    validator: "Callable[[], DeliveryValidator]"
    mapping_of: "MappingOf"
    clock: "Clock"

    def preview(self, request: PreviewRequest) -> PreviewResponse:
        """Return what would become of a file or of records.

        Raises:
            InvalidRequest: the content is not base64 or too large, or the mapping cannot be applied.
            UnreadableFile: not one record of the file can be read.
        """
        data_type = request.data_type or _type_of_preset(request.mapping)
        given = self._given(request, data_type)
        sample = sample_rows(request, given, data_type)
        columns = columns_of(sample.one_by_one)
        known = looks_like([each.name for each in columns]) or (given.preset if given is not None else None)
        if given is None and known is None:
            sample = with_records_found(sample)
            columns = columns_of(sample.one_by_one)
        choice = self._choose(request, given, data_type, _Seen(sample, columns, known))
        if choice.mapping is not None and _path(choice.mapping.nested) != _path(sample.paths):
            sample = sample_rows(request, choice.mapping, choice.data_type)
            columns = columns_of(sample.one_by_one)
        if SCHEMAS[choice.data_type].personal_fields_dropped:
            columns = columns_of(strip_personal_data(sample.one_by_one)[0])
        return self._response(request, _Seen(sample, columns, known), choice)

    def _given(self, request: PreviewRequest, data_type: DataType | None) -> SourceMapping | None:
        """Return the mapping of the request or of its source."""
        if request.mapping is not None and data_type is not None:
            return _effective(request.mapping, data_type)
        if request.mapping is not None:
            return request.mapping
        if request.source_id is not None and data_type is not None:
            return self.mapping_of(request.source_id, data_type)
        return None

    def _choose(
        self, request: PreviewRequest, given: SourceMapping | None, data_type: DataType | None, seen: _Seen
    ) -> _Choice:
        found = _suggestion(data_type, seen)
        chosen = data_type or found.data_type
        if given is None and request.source_id is not None:
            given = self.mapping_of(request.source_id, chosen)
        if given is not None:
            used = "given" if request.mapping is not None else "source"
            mapping = given if data_type is not None or request.mapping is None else _effective(given, chosen)
            return _Choice(chosen, mapping, used, found)
        if not found.mapping:
            return _Choice(chosen, None, "none", found)
        return _Choice(chosen, _effective(SourceMapping.model_validate(found.mapping), chosen), "suggested", found)

    def _response(self, request: PreviewRequest, seen: _Seen, choice: _Choice) -> PreviewResponse:
        sample, delivery = seen.sample, self._delivery(request, seen.sample, choice)
        result = self._validator(request, choice).validate(delivery)
        rejected = {error.row for error in result.validated.errors}
        questions = list(choice.suggestion.questions) if choice.used in {"suggested", "none"} else []
        if sample.failure is not None and sample.failure.code not in {"end_of_sample", "truncated"}:
            questions.append(f"the file cannot be read further: {sample.failure.message}")
        questions += _repetitions(choice.data_type, result.quality)
        return PreviewResponse(
            file=sample.file,
            data_type=choice.data_type,
            preset=seen.preset,
            mapping_used=choice.used,
            columns=[each.found() for each in seen.columns],
            rows=delivery.received,
            valid_rows=len(delivery.rows) - len(rejected),
            quality_score=score_to_json(overall_score(result.quality)) if delivery.received else None,
            records=shown_records(delivery, result),
            errors=[validation_error(error) for error in result.errors[:_MOST_ERRORS]],
            error_counts=error_counts(result.errors),
            suggested_mapping=choice.suggestion.mapping or None,
            questions=questions,
        )

    def _validator(self, request: PreviewRequest, choice: _Choice) -> "DeliveryValidator":
        """Return the validator of the source, or one without the configuration of any."""
        found = replace(self.validator(), mapping_of=lambda *_: choice.mapping)
        if request.source_id is not None and request.mapping is None:
            return found
        return replace(found, requirements_of=default_requirements, id_prefix_of=no_prefix)

    def _delivery(self, request: PreviewRequest, sample: SampledRows, choice: _Choice) -> Delivery:
        at = self.clock()
        return Delivery(
            delivery_id=_NAME,
            kind=DeliveryKind.BATCH,
            source_id=request.source_id or _NAME,
            data_type=choice.data_type,
            received_at=at,
            rows=sample.rows,
            ingested_at=at,
            form=sample.form,
            places=sample.places,
            malformed=sample.malformed,
        )


def _repetitions(data_type: DataType, quality: "QualityCounts") -> Sequence[str]:
    """Return what to ask if rows have the key of other rows, which a template that is not unique gives them."""
    repeated = quality.of(QualityDimension.UNIQUENESS).failed
    if not repeated:
        return ()
    key = " and ".join(SCHEMAS[data_type].key)
    return (f"{repeated} rows have the {key} of another row and would replace it; is the {key} unique for each row?",)


def _path(paths: "RecordPaths | None") -> str | None:
    return None if paths is None else paths.path


def _type_of_preset(mapping: SourceMapping | None) -> DataType | None:
    """Return the main data type of a preset, which is its first."""
    if mapping is None or mapping.preset is None:
        return None
    try:
        return next(iter(preset(mapping.preset).mappings))
    except UnknownPreset as unknown:
        raise _invalid({"preset": str(unknown)}) from None


def _effective(mapping: SourceMapping, data_type: DataType) -> SourceMapping:
    """Return a mapping with its preset, after the trial of a configuration."""
    sent = mapping.model_dump(mode="json", exclude_unset=True)
    found = list(find_faults({data_type.value: sent})) or find_contradictions({data_type: mapping})
    faults = {".".join(map(str, path[1:])): message for path, message, _ in found}
    if faults:
        raise _invalid(faults)
    return effective_mapping(mapping, data_type, None) or mapping


def _invalid(faults: Mapping[str, str]) -> InvalidRequest:
    fields = [FieldError(f"mapping.{name}", message) for name, message in faults.items()]
    return InvalidRequest("Request validation failed", field_errors=fields)


def _suggestion(data_type: DataType | None, seen: _Seen) -> Suggestion:
    """Return the preset that the columns are of, or what they suggest by themselves."""
    types = list(preset(seen.preset).mappings) if seen.preset else []
    if seen.preset and (data_type is None or data_type in types):
        return Suggestion(data_type or types[0], {"preset": seen.preset}, fit=1)
    found = suggest(seen.columns, data_type)
    if seen.sample.paths is not None:
        found.mapping["records"] = {"path": seen.sample.paths.path, **found.mapping.get("records", {})}
    return found
