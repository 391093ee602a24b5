"""The environment, read once and on demand into one frozen model."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any


class Resource(StrEnum):
    """What a function may be granted; the name of each, in AWS, reaches it as `TALLY_<RESOURCE>`."""

    LAKE = "lake_bucket"
    RESULTS = "results_bucket"
    DATABASE = "database"
    WORK_GROUP = "work_group"
    LEDGER = "ledger_table"
    LEDGER_HOURS = "ledger_hours_table"
    UPLOADS = "uploads_table"
    QUALITY = "quality_table"
    QUARANTINE = "quarantine_table"
    SOURCES = "sources_table"
    VERSIONS = "versions_table"
    RESULT_CACHE = "result_cache_table"
    CUSTOMERS = "customers_table"
    DECISIONS = "decisions_table"
    CONNECTIONS = "connections_table"
    RATE_LIMITS = "rate_limits_table"
    KEYS = "keys_table"
    FAMILIES = "families_table"
    SIGNING_KEYS = "signing_keys"
    IDEMPOTENCY = "idempotency_table"
    AUDIT = "audit_table"
    ANCHORS = "anchors_bucket"
    EVENT_STREAM = "event_stream"
    MERGE_QUEUE = "merge_queue"
    UPLOAD_QUEUE = "upload_queue"
    EVENT_BUS = "event_bus"

    @property
    def variable(self) -> str:
        """The environment variable that carries the resource's name."""
        return f"TALLY_{self.name}"


class SettingMissing(LookupError):
    """A function asks for a resource that its entry in the manifest does not grant."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a function is told from outside: its stage, the names of its resources and the platform's choices."""

    stage: str = "local"
    reporting_currency: str = "USD"
    cors_origins: tuple[str, ...] = ()
    source_active_for: timedelta = timedelta(days=7)
    queries_at_once: int = 20
    """Athena's own default for an account is 20 in most regions."""
    largest_answer_bytes: int = 5 * 1024**2
    """What is larger, as it travels inside Lambda's answer, is redirected to."""
    rate_limits: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Changes of rate classes by their name, such as `{"general": {"limit": 5000}}`."""
    names: Mapping[Resource, str] = field(default_factory=dict)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read `TALLY_*` variables; what is absent keeps its default."""
        return cls(
            stage=environment.get("TALLY_STAGE", "local"),
            reporting_currency=environment.get("TALLY_REPORTING_CURRENCY", "USD"),
            cors_origins=tuple(filter(None, environment.get("TALLY_CORS_ORIGINS", "").split(","))),
            queries_at_once=int(environment.get("TALLY_QUERIES_AT_ONCE", cls.queries_at_once)),
            largest_answer_bytes=int(environment.get("TALLY_LARGEST_ANSWER_BYTES", cls.largest_answer_bytes)),
            rate_limits=json.loads(environment.get("TALLY_RATE_LIMIT_OVERRIDES", "{}")),
            names={
                resource: environment[resource.variable] for resource in Resource if resource.variable in environment
            },
        )

    def name_of(self, resource: Resource) -> str:
        """The name of a resource in this deployment.

        Raises:
            SettingMissing: the function was not granted the resource.
        """
        try:
            return self.names[resource]
        except KeyError:
            raise SettingMissing(
                f"{resource.variable} is not set; add {resource.name} to the function's reads or writes in "
                "functions/manifest.py"
            ) from None
