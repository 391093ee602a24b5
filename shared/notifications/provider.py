"""Provides what functions need that let rules notify: the outbox, and the check of webhooks."""

from shared.notifications.addresses import WebhookAddresses
from shared.notifications.entries import Entries
from shared.notifications.outbox import OUTBOX_TABLE, Outbox
from shared.notifications.queue import NOTIFICATION_QUEUE
from shared.runtime.deployment import Deployment, provider


@provider
def outbox(deployment: Deployment) -> Outbox:
    """Build the outbox for functions that change what notifications are about."""
    return Outbox(
        deployment.name_of(OUTBOX_TABLE),
        deployment.clients.best_effort_sqs,
        deployment.name_of(NOTIFICATION_QUEUE),
        deployment.clock,
    )


@provider
def entries(deployment: Deployment) -> Entries:
    """Build the notifier's side of the outbox."""
    return Entries(deployment.clients.dynamodb, deployment.name_of(OUTBOX_TABLE), deployment.clock)


@provider
def webhook_addresses(deployment: Deployment) -> WebhookAddresses:
    """Build the rules about the addresses of webhooks."""
    return WebhookAddresses(allowed=frozenset(deployment.settings.webhooks_allowed))
