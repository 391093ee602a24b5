"""The AWS endpoints and stack outputs of a stage, on this laptop or in AWS."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infra.local import run_state
from infra.local.emulator.credentials import session
from infra.local.errors import NotDeployed
from infra.local.layout import PROJECT, Layout

if TYPE_CHECKING:
    import boto3

LOCAL = "local"
DIRECTORY = PROJECT / ".local"
DirectoryOption = Annotated[Path, typer.Option("--directory", help="Directory of the local platform.")]
StageOption = Annotated[str, typer.Option("--stage", help="`local`, or a stage in AWS, with your own credentials.")]


@dataclass(frozen=True)
class Stage:
    """A deployed stage and the account it lives in."""

    name: str
    clients: "boto3.Session"
    endpoint: str | None

    @classmethod
    def find(cls, name: str, directory: Path) -> "Stage":
        """Find a stage by its name.

        Raises:
            NotUp: it is the laptop's, and that is not up.
        """
        if name != LOCAL:
            import boto3  # noqa: PLC0415 - not on the path of --help

            return cls(name, boto3.Session(), None)
        layout = Layout(directory.resolve())
        endpoint = run_state.require_current(layout).ports.url("emulator")
        return cls(name, session(layout), endpoint)

    def client(self, service: str) -> Any:
        """A client of its account."""
        return self.clients.client(service, endpoint_url=self.endpoint)  # type: ignore[call-overload] # a name

    @cached_property
    def outputs(self) -> Mapping[str, str]:
        """The outputs of its stateful stack."""
        from infra.local.keys import outputs_of  # noqa: PLC0415 - not on the path of --help

        return outputs_of(self.clients, self.endpoint, self.name)

    def output(self, name: str) -> str:
        """Return an output of its stateful stack.

        Raises:
            NotDeployed: the output does not exist.
        """
        if name not in self.outputs:
            raise NotDeployed(self.name, name)
        return self.outputs[name]
