"""Models of the decision policy."""

from typing import Any

from pydantic import Field

from shared.runtime.models import CamelModel, Timestamp


class HeldBack(CamelModel):
    """The units that go on being decided as before, so that the effect of the policy can be measured."""

    share: float = Field(description="Share of the units, 0 to 0.2.", examples=[0.05])
    variant_id: str = Field(description="What their decisions have as `variant_id`: the control of the experiment.")
    configuration: dict[str, Any] = Field(description="What to use for them.")


class DecisionPolicy(CamelModel):
    """The configuration that decision engines are to use."""

    version: int = Field(description="Number of the version; 0 before the first promotion, with nothing in it.")
    configuration: dict[str, Any] = Field(description="That of the promoted variant, as the experiment defined it.")
    experiment_id: str | None = Field(
        default=None, description="The experiment that it comes from; send it with decisions as `experiment_id`."
    )
    variant_id: str | None = Field(default=None, description="The promoted variant; send it as `variant_id`.")
    held_back: HeldBack | None = Field(default=None, description="Who is decided otherwise; null if nobody is.")
    in_force_since: Timestamp | None = Field(default=None, description="Time of the promotion.")
    promoted_by: str | None = Field(default=None, description="Who promoted the variant.")

    @property
    def document(self) -> dict[str, Any]:
        """The policy as JSON."""
        return self.model_dump(mode="json", by_alias=True)


NO_POLICY = DecisionPolicy(version=0, configuration={})
"""The policy before the first promotion."""


class DecisionPolicyHistory(CamelModel):
    """A slice of the versions of the policy, and their total number."""

    versions: list[DecisionPolicy] = Field(description="The versions, oldest first, from 1.")
    total: int = Field(ge=0, description="Number of versions.")
