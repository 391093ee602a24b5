"""Provides the notifier."""

from shared.notifications.notifier import Notifier
from shared.notifications.provider import entries, outbox, webhook_addresses
from shared.notifications.topic import NOTIFICATION_TOPIC, NotificationTopic
from shared.notifications.webhooks import Webhooks
from shared.runtime.deployment import Deployment, provider


@provider
def notifier(deployment: Deployment) -> Notifier:
    """Build the notifier."""
    return Notifier(
        entries=entries(deployment),
        outbox=outbox(deployment),
        topic=NotificationTopic(deployment.clients.sns, deployment.name_of(NOTIFICATION_TOPIC)),
        webhooks=Webhooks(addresses=webhook_addresses(deployment), clock=deployment.clock),
        clock=deployment.clock,
    )
