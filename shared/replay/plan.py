"""What all slices of a run share: the overrides, the policy, and how results are computed."""

import hashlib
from functools import cached_property

import orjson
from pydantic import Field

from shared.decisions.configuration import CostParameters
from shared.replay.overrides import Overrides
from shared.replay.policy import RulePolicy
from shared.runtime.models import CamelModel, Timestamp

RESAMPLES = 1_000
_SEED_BYTES = 8


class ReplayPlan(CamelModel):
    """A run, as it is handed to every slice and to the last step; JSON for the way between them."""

    scenario_id: str = Field(description="Id of the scenario.")
    overrides: Overrides = Field(description="What differs from the policy.")
    policy: tuple[RulePolicy, ...] = Field(description="Thresholds of every version of the rules in the window.")
    start: Timestamp = Field(description="Start of the window, inclusive.")
    end: Timestamp = Field(description="End of the window, exclusive.")
    as_of: Timestamp = Field(description="The time up to which decisions and labels count.")
    horizon_days: int = Field(description="Age from which an approved decision without a label is legitimate.")
    cost_parameters: CostParameters = Field(description="What false positives cost.")
    currency: str = Field(description="The reporting currency of all amounts.")

    @property
    def seconds(self) -> float:
        """The length of the window, up to the time up to which decisions count."""
        return max(0.0, (min(self.end, self.as_of) - self.start).total_seconds())

    @cached_property
    def seed(self) -> int:
        """The seed of the bootstrap, 64 bits: of the scenario, so that running it again gives the same intervals."""
        return int.from_bytes(hashlib.sha256(self.scenario_id.encode()).digest()[:_SEED_BYTES])

    @cached_property
    def fingerprint(self) -> str:
        """The hash of the plan; only totals of the same plan add up."""
        document = self.model_dump(mode="json", by_alias=True)
        return hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()
