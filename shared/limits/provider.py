"""Provides the rate classes and their counters."""

from shared.limits.classes import RateClasses
from shared.limits.counter import RATE_LIMITS_TABLE, RateLimiter
from shared.runtime.deployment import Deployment, provider


@provider
def rate_classes(deployment: Deployment) -> RateClasses:
    """Read the rate classes in force."""
    return RateClasses.configured(deployment.settings.rate_limits)


@provider
def rate_limiter(deployment: Deployment) -> RateLimiter:
    """Build the request counters; requests are admitted if the counters are unavailable."""
    return RateLimiter(deployment.clients.best_effort_dynamodb, deployment.name_of(RATE_LIMITS_TABLE), deployment.clock)
