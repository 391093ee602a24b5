"""Failures of the local platform; each message is one sentence that says what to do.

LaptopError
├── MissingTool          Python, Node or the CDK CLI is missing or too old
├── Unwritable           the directory, or something in it, cannot be written
├── DirectoryGone        the directory was removed while the platform was running
├── PortTaken            another program uses a port of the platform
├── AlreadyUp            another `up` uses the same directory
├── NotUp                a command needs a running platform
├── EmulatorFailed       MiniStack ended or never responded
├── NotDeployed          the stack of a stage is older than the command
├── NotComputed          the computation of customers failed
├── NoToken              the API rejects the local API key
├── NoSuchQueue          a dead-letter queue that does not exist, or that no queue feeds
├── NoSuchTable          a base table that does not exist
├── NoSuchSnapshot       a snapshot that a table does not have, or no longer
├── NoApiKey             another platform is addressed without an API key for it
├── RequestFailed        the API cannot be reached or refuses a request
├── MappingDiffers       an import would replace how a source is configured
└── DeployFailed         bootstrap, synth or deploy ended with an error
    ├── NotMerged            demo data is not merged in time
    └── NoSuchLog            the log does not exist
"""

from collections.abc import Sequence
from pathlib import Path


class LaptopError(Exception):
    """Anything that stops the platform on this machine; its text is the whole message to the user."""


class MissingTool(LaptopError):
    """A program that must be installed first."""


class PortTaken(LaptopError):
    """A port that the platform needs is in use."""

    def __init__(self, name: str, port: int) -> None:
        option = "--port" if name == "front" else f"--{name}-port"
        super().__init__(
            f"Port {port} ({name}) is in use by another program; stop it, or choose another port with {option}."
        )
        self.port = port


class Unwritable(LaptopError):
    """A directory that is read-only, full, or not a directory."""

    def __init__(self, error: OSError) -> None:
        super().__init__(
            f"{error.filename} cannot be written ({error.strerror}): make room or give access there, "
            "or choose another place with --directory."
        )


class DirectoryGone(LaptopError):
    """The directory of a platform that is up was removed."""

    def __init__(self, directory: Path) -> None:
        super().__init__(
            f"{directory} was removed while its platform was up: everything in it is lost; "
            "start anew with `./tally up`."
        )


class NotComputed(LaptopError):
    """The computation of customers failed."""

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(
            f"Customers were not computed ({error}: {cause[:300]}); the previous ones are still served. "
            "The logs of customer_models, customer_profiles and customer_segments show why."
        )


class NoSuchQueue(LaptopError):
    """A dead-letter queue that does not exist."""

    def __init__(self, name: str, names: Sequence[str]) -> None:
        super().__init__(f"There is no dead-letter queue {name!r}; choose one of {', '.join(names)}.")


class NoSuchTable(LaptopError):
    """A base table that does not exist."""

    def __init__(self, name: str, names: Sequence[str]) -> None:
        super().__init__(f"There is no base table {name!r}; choose one of {', '.join(names)}.")


class NoSuchSnapshot(LaptopError):
    """A snapshot that is not among those of a table."""

    def __init__(self, snapshot: int) -> None:
        super().__init__(f"Snapshot {snapshot} is not kept; `./tally tables snapshots` lists those that are.")


class NotLoaded(LaptopError):
    """The function of a stream failed with a batch that was handed to it again."""

    def __init__(self, key: str, cause: str) -> None:
        super().__init__(
            f"The batch {key} was not loaded and stays where it is: {cause[:300]} "
            "The logs of its function show why; repeat the command once the reason is corrected."
        )


class AlreadyUp(LaptopError):
    """A second `up` on the same directory."""

    def __init__(self, directory: Path, instead: str = "use it, or stop it with `./tally down`") -> None:
        super().__init__(f"A platform is running in {directory}: {instead}.")


class NotUp(LaptopError):
    """A command that only makes sense while the platform is up."""


class EmulatorFailed(LaptopError):
    """MiniStack did not start, or ended."""

    def __init__(self, what: str, log: Path) -> None:
        super().__init__(f"The emulator {what}; see {log} and start again. `./tally reset` deletes a damaged state.")


class HostFailed(LaptopError):
    """A platform started in the background did not become ready."""

    def __init__(self, what: str, log: Path) -> None:
        super().__init__(f"The platform {what}; see {log}.")


class DeployFailed(LaptopError):
    """The CDK CLI ended with an error."""

    def __init__(self, step: str, reason: str, log: Path) -> None:
        super().__init__(f"`cdk {step}` failed ({reason}); fix the error at the end of {log} and run it again.")


class NotDeployed(LaptopError):
    """A stage whose stack does not have what a command needs."""

    def __init__(self, stage: str, output: str) -> None:
        super().__init__(f"The stack of stage {stage} has no output {output}; deploy this version of the app first.")


class NoToken(LaptopError):
    """The local API key obtains no token."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"No token was issued ({reason}); `./tally up` starts the platform and creates the key.")


class NoApiKey(LaptopError):
    """Another platform is addressed without an API key for it."""

    def __init__(self, client_id: str, client_secret: str) -> None:
        super().__init__(f"Set {client_id} and {client_secret} to the API key of the platform at --url.")


class RequestFailed(LaptopError):
    """A request that was refused or not answered."""


class MappingDiffers(LaptopError):
    """A source has another mapping or time zone than an import asks for."""

    def __init__(self, source_id: str, what: str) -> None:
        super().__init__(f"The source {source_id} has {what}; leave out the option, or replace it with --replace.")


class NotMerged(LaptopError):
    """The data sent was not merged in time."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The data sent is not merged after {seconds:.0f} s; `./tally logs emulator` shows why.")


class NoSuchLog(LaptopError):
    """A log that does not exist."""
