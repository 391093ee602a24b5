"""The stages: what distinguishes one deployment from another, as data."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from aws_cdk import RemovalPolicy
from aws_cdk.aws_logs import RetentionDays

from infra.aws.stage_errors import (
    IllegalBudget,
    IllegalDeployments,
    IllegalDomain,
    IllegalLimit,
    IllegalOrigin,
    IllegalWebhookTarget,
)
from shared.decisions.configuration import FraudConfiguration
from shared.limits.classes import RATE_CLASSES
from shared.notifications.urls import parse_url

_GIGABYTE = 1024**3
_FEWEST_REQUESTS = 10  # the lowest limit of a rule of AWS WAF
# As browsers send it: `*` and `null` would admit every page, any other spelling none.
_ORIGIN = re.compile(r"(?P<scheme>https?)://[a-z0-9-]+(\.[a-z0-9-]+)*(:(?P<port>[1-9][0-9]{0,4}))?")
_CERTIFICATE = re.compile(r"arn:aws[a-z-]*:acm:us-east-1:[0-9]{12}:certificate/[0-9a-f-]+")
_DEFAULT_PORTS = {"http": "80", "https": "443"}


class UnknownStage(LookupError):
    """The stage is not defined."""


Deployments = Literal["all-at-once", "canary"]
"""How new code reaches those who invoke a function: at once, or a part of the traffic first, with rollback on alarms.
"""


@dataclass(frozen=True, kw_only=True)
class Throttle:
    """Requests per second that the API admits, steadily and as a burst."""

    rate: int
    burst: int


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """Who gets the notifications of a stage, all of them or those with certain attributes.

    Attributes:
        protocol: `email` and `https` have to be confirmed by the receiver; `sms` goes to a number such as
            `+4915112345678`.
        endpoint: the address, number or URL.
        only: values of attributes, such as `{"severity": ("high", "critical")}`.
    """

    protocol: Literal["email", "sms", "https"]
    endpoint: str
    only: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class StageConfig:
    """A stage: retention, alarms, and whether cdk-nag checks it."""

    name: str
    removal_policy: RemovalPolicy
    log_retention: RetentionDays
    noncurrent_days: int
    point_in_time_recovery: bool
    deletion_protection: bool
    layers: bool
    cors_origins: tuple[str, ...]
    """Origins of web pages that may call the API; the web application has the API's own, at the domain."""
    throttle: Throttle
    query_scan_limit_bytes: int
    access_logs: bool
    alarms: bool
    cdk_nag: bool
    distribution: bool
    """Whether CloudFront gives the stage one public address; on the laptop the front door does."""
    reporting_currency: str = "USD"
    queries_at_once: int = 20
    """Over all functions; no more than the account's quota of active queries."""
    identity_horizon_days: float | None = None
    """How far back merges look for records with the key of an arriving one; None looks through the whole table."""
    rate_limits: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Changes of rate classes by their name, such as `{"general": {"limit": 5000}}`; without any, the contracts'."""
    fraud_configuration: Mapping[str, Any] = field(default_factory=dict)
    """Changes of the defaults of fraud analytics in the form of the API, such as `{"maturityHorizonDays": 60}`."""
    alarm_emails: tuple[str, ...] = ()
    """Who gets the alarms; each address has to confirm the first mail."""
    lambda_concurrency: int = 1_000
    """The account's quota of concurrent executions in the region; an alarm fires when most of it is used."""
    monthly_budget: int | None = None
    """Dollars that all of the account may cost a month before its operators get a mail; None sets no budget."""
    budget_stops_queries: bool = False
    """Whether functions may ask Athena nothing any more when the month has cost the budget, until it is reversed."""
    requests_per_address: int = 0
    """Requests that AWS WAF lets an address make within five minutes; 0 leaves WAF out."""
    deployments: Deployments = "all-at-once"
    customer_managed_keys: bool = False
    """Whether a key of the account encrypts what the stage stores; otherwise AWS's keys do, without a fee."""
    domain: str | None = None
    """The public host name, such as `analytics.example.com`; without one CloudFront's own."""
    certificate_arn: str | None = None
    """The certificate of the domain: one of AWS Certificate Manager in us-east-1, where CloudFront looks for it."""
    required: tuple[str, ...] = ()
    """What the file of stages has to give before the stage can be deployed."""
    subscriptions: tuple[Subscription, ...] = ()
    """Who gets the notifications that rules send to the stage's topic."""
    webhooks_allowed: tuple[str, ...] = ()
    """Inner targets of webhooks, as `host:port`, which may also use plain HTTP; all others must be public."""
    connections_per_subject: int = 100
    """WebSocket connections that a user may have open at once."""
    dashboard_renewal_seconds: int = 0
    """The least time between renewals of watched dashboards after merges; 0 renews them after each."""
    names_callers: bool = False
    """Whether functions name themselves in requests to AWS: on the laptop they share one account's credentials."""
    queue_consumers: int | None = None
    """Maximum concurrent runs of a function per queue, and per step of a workflow; None uses the manifest's value."""

    def __post_init__(self) -> None:
        """Reject origins that would admit pages of anyone, or of no one, with credentials, and illegal configurations.

        Raises:
            IllegalOrigin: an origin is not `scheme://host[:port]` as browsers send it.
            IllegalWebhookTarget: an allowed target of webhooks is not `host:port`.
            IllegalConfiguration: the configuration of fraud analytics is invalid; the message names every mistake.
            IllegalDomain: the domain is none, or does not go together with its certificate.
            IllegalBudget: a budget has no address for its mails, or there is none that could stop queries.
            IllegalLimit: the limit of requests of an address is too low for AWS WAF.
            IllegalDeployments: there are canaries, and no alarms to roll them back.
        """
        if wrong := [origin for origin in self.cors_origins if not _is_origin(origin)]:
            raise IllegalOrigin(f"{', '.join(map(repr, wrong))} cannot be allowed: write http[s]://host[:port]")
        if wrong := [target for target in self.webhooks_allowed if not _is_authority(target)]:
            raise IllegalWebhookTarget(f"{', '.join(map(repr, wrong))} cannot be allowed: write host:port")
        if (self.domain is None) != (self.certificate_arn is None):
            raise IllegalDomain("a domain needs a certificate, and a certificate a domain: give both or neither")
        if self.domain and not _is_origin(f"https://{self.domain}"):
            raise IllegalDomain(
                f"{self.domain!r} is no domain: write a host name in lower case, such as shop.example.com"
            )
        if self.certificate_arn and not _CERTIFICATE.fullmatch(self.certificate_arn):
            raise IllegalDomain("CloudFront takes certificates of AWS Certificate Manager in us-east-1 only")
        if self.monthly_budget and not self.alarm_emails:
            raise IllegalBudget("a monthly_budget needs alarm_emails: without an address nobody learns of it")
        if self.budget_stops_queries and not self.monthly_budget:
            raise IllegalBudget("budget_stops_queries needs a monthly_budget")
        if 0 < self.requests_per_address < _FEWEST_REQUESTS:
            raise IllegalLimit(f"requests_per_address must be 0 or at least {_FEWEST_REQUESTS}")
        if self.deployments == "canary" and not self.alarms:
            raise IllegalDeployments(
                f"{self.name} has no alarms to roll a canary back: deployments must be all-at-once"
            )
        FraudConfiguration.of_stage(self.fraud_configuration)

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """The origins of pages that may open WebSockets and use buckets: the domain's, if it has one, and all others.

        Requests to the API itself need no permission from pages of its own origin.
        """
        own = [f"https://{self.domain}"] if self.domain else []
        return tuple(dict.fromkeys([*own, *self.cors_origins]))


def _is_origin(text: str) -> bool:
    found = _ORIGIN.fullmatch(text)
    return found is not None and found["port"] != _DEFAULT_PORTS[found["scheme"]]


def _is_authority(text: str) -> bool:
    try:
        return parse_url(f"http://{text}/").authority == text
    except ValueError:
        return False


LOCAL = StageConfig(
    name="local",
    removal_policy=RemovalPolicy.DESTROY,
    log_retention=RetentionDays.ONE_DAY,
    noncurrent_days=1,
    point_in_time_recovery=False,
    deletion_protection=False,
    layers=False,
    cors_origins=("http://127.0.0.1:3008", "http://localhost:3008"),
    throttle=Throttle(rate=10_000, burst=5_000),
    query_scan_limit_bytes=100 * _GIGABYTE,
    access_logs=False,
    alarms=False,
    cdk_nag=False,
    distribution=False,
    # One developer's key sends the demo and all the tests: the contracts' limits would be in the way.
    rate_limits={each.name: {"limit": 1_000_000} for each in RATE_CLASSES},
    connections_per_subject=10_000,
    names_callers=True,
    # Twenty cold mergers on two cores race for the same days: sales that two merge in 5 s took them 37 s.
    queue_consumers=2,
)

DEV = StageConfig(
    name="dev",
    removal_policy=RemovalPolicy.DESTROY,
    log_retention=RetentionDays.ONE_WEEK,
    noncurrent_days=7,
    point_in_time_recovery=True,
    deletion_protection=False,
    layers=True,
    cors_origins=("http://localhost:3008",),
    throttle=Throttle(rate=50, burst=100),
    query_scan_limit_bytes=10 * _GIGABYTE,
    access_logs=True,
    alarms=True,
    cdk_nag=True,
    distribution=True,
)

PROD = StageConfig(
    name="prod",
    # A first deployment that fails leaves nothing behind that the next one would meet as "already exists".
    removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    log_retention=RetentionDays.THREE_MONTHS,
    noncurrent_days=30,
    point_in_time_recovery=True,
    deletion_protection=True,
    layers=True,
    cors_origins=(),
    required=("alarm_emails",),
    throttle=Throttle(rate=1_000, burst=2_000),
    # Twenty people behind one address, each at the limit of the fraud contract.
    requests_per_address=10_000,
    deployments="canary",
    query_scan_limit_bytes=1024 * _GIGABYTE,
    access_logs=True,
    alarms=True,
    cdk_nag=True,
    distribution=True,
)

STAGES: Mapping[str, StageConfig] = MappingProxyType({stage.name: stage for stage in (LOCAL, DEV, PROD)})


def stage_named(name: str) -> StageConfig:
    """Return the stage called `name`.

    Raises:
        UnknownStage: there is none of that name.
    """
    try:
        return STAGES[name]
    except KeyError:
        raise UnknownStage(f"unknown stage {name!r}; use -c stage=<one of {', '.join(STAGES)}>") from None
