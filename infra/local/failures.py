"""Why the platform could not come up, each as one sentence that says what to do.

LaptopError
├── MissingTool          Python, Node or the CDK CLI is not there or too old
├── Unwritable           the directory, or something in it, cannot be written
├── DirectoryGone        somebody removed the directory while the platform was up
├── PortTaken            another program listens where we must
├── AlreadyUp            another `up` uses the same directory
├── NotUp                a command needs a running platform
├── EmulatorFailed       MiniStack ended or never answered
├── NotDeployed          a stage is older than what is asked of it
├── NoToken              the API gives the laptop's own key no token
└── DeployFailed         bootstrap, synth or deploy ended with an error
    ├── NotMerged            demo data is still on its way after all patience
    └── NoSuchLog            a log that nothing writes
"""

from pathlib import Path


class LaptopError(Exception):
    """Anything that stops the platform on this machine; its text is the whole message to the user."""


class MissingTool(LaptopError):
    """A program that must be installed first."""


class PortTaken(LaptopError):
    """A port that the platform needs and somebody else holds."""

    def __init__(self, name: str, port: int) -> None:
        option = "--port" if name == "front" else f"--{name}-port"
        super().__init__(
            f"Port {port} ({name}) is taken by another program: stop it, or choose another port with {option}."
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
            "start anew with `python -m infra.local up`."
        )


class AlreadyUp(LaptopError):
    """A second `up` on the same directory."""

    def __init__(self, directory: Path, instead: str = "use it, or end it with `python -m infra.local down`") -> None:
        super().__init__(f"A platform is up in {directory}: {instead}.")


class NotUp(LaptopError):
    """A command that only makes sense while the platform is up."""


class EmulatorFailed(LaptopError):
    """MiniStack did not come up or went away."""

    def __init__(self, what: str, log: Path) -> None:
        super().__init__(
            f"The emulator {what}: see {log} and start again; `python -m infra.local reset` drops a state that is bad."
        )


class HostFailed(LaptopError):
    """A platform started in the background did not come up."""

    def __init__(self, what: str, log: Path) -> None:
        super().__init__(f"The platform {what}: read {log}.")


class DeployFailed(LaptopError):
    """The CDK CLI ended with an error."""

    def __init__(self, step: str, reason: str, log: Path) -> None:
        super().__init__(f"`cdk {step}` failed ({reason}): fix what the end of {log} says and run it again.")


class NotDeployed(LaptopError):
    """A stage whose stack does not have what a command needs."""

    def __init__(self, stage: str, output: str) -> None:
        super().__init__(f"The stack of stage {stage} says nothing of {output}: deploy this version of the app first.")


class NoToken(LaptopError):
    """The laptop's own key opens nothing."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"There is no token ({reason}): is the platform up? `python -m infra.local up` makes the key.")


class NotMerged(LaptopError):
    """What was sent is not merged in time."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"The data sent is not merged after {seconds:.0f} s: `python -m infra.local logs emulator` shows why."
        )


class NoSuchLog(LaptopError):
    """A log that does not exist."""
