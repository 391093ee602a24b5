"""Result locations of work groups, read from the emulator's Athena, which CDK has configured."""

import time
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.local.athena.errors import RequestRefused

if TYPE_CHECKING:
    from types_boto3_athena import AthenaClient

REMEMBERED_SECONDS = 10.0


class WorkGroups:
    """Answers about work groups: the upstream's; a name it does not know is a group with the default output."""

    def __init__(self, upstream: "AthenaClient | None", default_output: str | None) -> None:
        self._upstream = upstream
        self._default = default_output
        self._known: dict[str, tuple[float, dict[str, Any]]] = {}
        self._own: dict[str, dict[str, Any]] = {}

    def get(self, name: str) -> dict[str, Any]:
        """Describe a work group."""
        known = self._known.get(name)
        if known and time.monotonic() - known[0] < REMEMBERED_SECONDS:
            return known[1]
        found = self._own.get(name) or self._fetch(name) or self._assume(name)
        self._known[name] = (time.monotonic(), found)
        return found

    def names(self) -> list[str]:
        """List the work groups."""
        listed = self._upstream.list_work_groups()["WorkGroups"] if self._upstream else []
        return sorted({"primary", *(group["Name"] for group in listed), *self._own})

    def create(self, name: str, configuration: dict[str, Any], description: str) -> None:
        """Add a work group of the engine's own."""
        if name in self._own:
            raise RequestRefused("WorkGroup is already created")
        self._own[name] = {**_group(name, configuration), "Description": description}
        self._known.pop(name, None)

    def delete(self, name: str) -> None:
        """Remove a work group of the engine's own."""
        self._own.pop(name, None)
        self._known.pop(name, None)

    def output(self, name: str, requested: str | None) -> str:
        """Decide where results go: the group's place if it insists, else the request's, else the group's."""
        configuration = self.get(name).get("Configuration", {})
        own = configuration.get("ResultConfiguration", {}).get("OutputLocation")
        insists = configuration.get("EnforceWorkGroupConfiguration", False) and own
        place = own if insists else requested or own or self._default
        if not place or not place.startswith("s3://"):
            raise RequestRefused(
                "No output location provided. An output location is required either through the Workgroup result "
                "configuration setting or as an API input."
            )
        return str(place) if place.endswith("/") else f"{place}/"

    def most_bytes(self, name: str) -> int | None:
        """Return the maximum number of bytes that a query of the group may scan."""
        found = self.get(name).get("Configuration", {}).get("BytesScannedCutoffPerQuery")
        return None if found is None else int(found)

    def _fetch(self, name: str) -> dict[str, Any] | None:
        if self._upstream is None:
            return None
        try:
            return dict(self._upstream.get_work_group(WorkGroup=name).get("WorkGroup", {})) or None
        except (ClientError, BotoCoreError):
            # An upstream that does not know the group leaves it to the default output.
            return None

    def _assume(self, name: str) -> dict[str, Any]:
        result = {"OutputLocation": self._default} if self._default else {}
        return _group(name, {"EnforceWorkGroupConfiguration": False, "ResultConfiguration": result})


def _group(name: str, configuration: dict[str, Any]) -> dict[str, Any]:
    version = {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"}
    return {"Name": name, "State": "ENABLED", "Configuration": {"EngineVersion": version, **configuration}}
