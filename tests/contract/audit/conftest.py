"""A trail of one chain, its entries, and an attacker."""

from datetime import timedelta

import boto3
import pytest

from shared.audit.entry import AuditEntry
from shared.audit.trail import AUDIT_TABLE, AuditTrail
from shared.runtime.settings import Settings
from tests.fakes.audit import change
from tests.fakes.audit_tampering import CHAIN, AuditTampering
from tests.fakes.clock import Clock


@pytest.fixture
def tampering(aws: Settings) -> AuditTampering:
    """An attacker who may write the table."""
    return AuditTampering(aws.name_of(AUDIT_TABLE))


@pytest.fixture
def trail(aws: Settings, clock: Clock) -> AuditTrail:
    """A trail with one chain only, so that tests know where an entry lies."""
    return AuditTrail(boto3.client("dynamodb"), aws.name_of(AUDIT_TABLE), clock, choose=lambda: CHAIN)


@pytest.fixture
def written(trail: AuditTrail, clock: Clock) -> list[AuditEntry]:
    """Eight entries, a second apart."""
    entries = []
    for number in range(1, 9):
        entries.append(trail.record(change(number)))
        clock.pass_by(timedelta(seconds=1))
    return entries
