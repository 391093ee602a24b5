"""The base of the parts of requests about experiments."""

from pydantic import ConfigDict

from shared.runtime.models import CamelModel


class StrictModel(CamelModel):
    """A part of a request; unknown members are refused."""

    # By its name in Python, a field would be another spelling of a member of the body.
    model_config = ConfigDict(extra="forbid", validate_by_name=False)
