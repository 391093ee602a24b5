"""Where the laptop platform keeps what it must remember, and the ports it listens on."""

import shutil
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from infra.local.private_files import OWNER_ONLY_FOLDER

LOOPBACK = "127.0.0.1"
PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders and files of one laptop platform, all below one directory that can be thrown away."""

    directory: Path

    @property
    def state(self) -> Path:
        """Where the emulator saves its tables, functions and stacks."""
        return self.directory / "state"

    @property
    def objects(self) -> Path:
        """Where the emulator keeps S3 objects."""
        return self.directory / "s3"

    @property
    def scratch(self) -> Path:
        """Temporary files of the emulator and of the functions it runs; emptied at every start."""
        return self.directory / "tmp"

    @property
    def cache(self) -> Path:
        """Objects that the Athena engine fetched, by ETag."""
        return self.directory / "athena"

    @property
    def logs(self) -> Path:
        """One file per thing that talks."""
        return self.directory / "logs"

    @property
    def assembly(self) -> Path:
        """The synthesized CloudFormation templates and assets."""
        return self.directory / "cdk.out"

    @property
    def outputs(self) -> Path:
        """The stacks' outputs as the CDK CLI writes them."""
        return self.directory / "outputs.json"

    @property
    def deployed(self) -> Path:
        """The fingerprint of the source that was last deployed successfully."""
        return self.directory / "deployed.json"

    @property
    def rolled_up(self) -> Path:
        """The fingerprint of the source that all roll-ups were made by."""
        return self.directory / "rolled_up.json"

    @property
    def own_key(self) -> Path:
        """The API key that the laptop made for its user."""
        return self.directory / "key.json"

    @property
    def sign_in(self) -> Path:
        """The codes of links that sign the user in, see `SignInCodes`."""
        return self.directory / "sign-in"

    @property
    def credentials(self) -> Path:
        """The credentials of the emulator's AWS APIs."""
        return self.directory / "credentials.json"

    @property
    def run(self) -> Path:
        """Process id and ports of the platform that is up."""
        return self.directory / "run.json"

    @property
    def lock(self) -> Path:
        """Held by the one process that may use this directory."""
        return self.directory / "run.lock"

    @property
    def calls(self) -> Path:
        """The calls of functions, in a platform that records them."""
        return self.directory / "calls.jsonl"

    def log(self, name: str) -> Path:
        """Return the log file called `name`."""
        return self.logs / f"{name}.log"

    def create(self) -> None:
        """Make every folder that something will write into, closed to other users of this machine."""
        self.directory.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
        self.directory.chmod(OWNER_ONLY_FOLDER)
        for folder in self._folders:
            folder.mkdir(parents=True, exist_ok=True)

    def remove_folders(self) -> None:
        """Remove every folder that something writes into."""
        for folder in self._folders:
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def _folders(self) -> tuple[Path, ...]:
        return (self.state, self.objects, self.scratch, self.cache, self.logs, self.sign_in)


@dataclass(frozen=True, slots=True)
class Ports:
    """The four doors of the platform, all on loopback."""

    front: int = 8090
    web: int = 3008
    emulator: int = 4566
    athena: int = 4567

    def by_name(self) -> dict[str, int]:
        """Return every port under the name of its option."""
        return asdict(self)

    @classmethod
    def names(cls) -> list[str]:
        """Return the names of the doors, in the order in which they are shown."""
        return [field.name for field in fields(cls)]

    def url(self, name: str) -> str:
        """Return the loopback address of the door called `name`."""
        return f"http://{LOOPBACK}:{self.by_name()[name]}"
