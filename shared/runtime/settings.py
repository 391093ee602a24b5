"""The environment, read once and on demand into one frozen model."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shared.runtime.resources import Resource


class SettingMissing(LookupError):
    """A function uses a resource that its declaration does not grant."""


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
    identity_horizon: timedelta | None = None
    """How far back merges look for records with the key of an arriving one; None looks through the whole table."""
    connections_per_subject: int = 100
    """WebSocket connections that a user may have open at once."""
    dashboard_renewal: timedelta = timedelta(0)
    """The least time between renewals of watched dashboards after merges; zero renews them after each."""
    emulator_url: str = ""
    """Address of the emulator's AWS APIs; empty in AWS."""
    rate_limits: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Changes of rate classes by their name, such as `{"general": {"limit": 5000}}`."""
    fraud_configuration: Mapping[str, Any] = field(default_factory=dict)
    """Changes of the defaults of fraud analytics, such as `{"costParameters": {"marginRate": 0.25}}`."""
    webhooks_allowed: tuple[str, ...] = ()
    """Inner targets of webhooks, as `host:port`; all others must be public."""
    names: Mapping[str, str] = field(default_factory=dict)
    """The name of each granted resource, by the variable that contains it."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read `TALLY_*` variables; what is absent keeps its default."""
        return cls(
            stage=environment.get("TALLY_STAGE", "local"),
            reporting_currency=environment.get("TALLY_REPORTING_CURRENCY", "USD"),
            cors_origins=tuple(filter(None, environment.get("TALLY_CORS_ORIGINS", "").split(","))),
            queries_at_once=int(environment.get("TALLY_QUERIES_AT_ONCE", cls.queries_at_once)),
            largest_answer_bytes=int(environment.get("TALLY_LARGEST_ANSWER_BYTES", cls.largest_answer_bytes)),
            identity_horizon=_days(environment.get("TALLY_IDENTITY_HORIZON_DAYS", "")),
            connections_per_subject=int(environment.get("TALLY_CONNECTIONS_PER_SUBJECT", cls.connections_per_subject)),
            dashboard_renewal=timedelta(seconds=int(environment.get("TALLY_DASHBOARD_RENEWAL_SECONDS", 0))),
            emulator_url=environment.get("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI")
            or environment.get("AWS_ENDPOINT_URL", ""),
            rate_limits=json.loads(environment.get("TALLY_RATE_LIMIT_OVERRIDES", "{}")),
            fraud_configuration=json.loads(environment.get("TALLY_FRAUD_CONFIGURATION", "{}")),
            webhooks_allowed=tuple(filter(None, environment.get("TALLY_WEBHOOKS_ALLOWED", "").split(","))),
            names={name: value for name, value in environment.items() if name.startswith("TALLY_")},
        )

    def has(self, resource: "Resource") -> bool:
        """Whether the function was granted the resource."""
        return resource.variable in self.names

    def name_of(self, resource: "Resource") -> str:
        """The name of a resource in this deployment.

        Raises:
            SettingMissing: the function was not granted the resource.
        """
        if not self.has(resource):
            raise SettingMissing(
                f"{resource.variable} is not set; add {resource.label} to the function's reads or writes in "
                "functions/<name>/function.py"
            )
        return self.names[resource.variable]


def _days(text: str) -> timedelta | None:
    return timedelta(days=float(text)) if text else None
