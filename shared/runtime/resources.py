"""The words in which stateful resources are declared, each beside the code that owns it.

CDK, the laptop and the tests create the resources from these declarations; `infra/resources.py` lists them.
"""

from dataclasses import dataclass
from enum import Flag, auto
from typing import ClassVar


@dataclass(frozen=True)
class Resource:
    """Something that a function may be granted; the name that it has in AWS reaches the function as `TALLY_<NAME>`."""

    name: str
    suffix: ClassVar[str] = ""

    @property
    def variable(self) -> str:
        """The environment variable that contains the name of the resource."""
        return f"TALLY_{self.name.upper()}"

    @property
    def label(self) -> str:
        """The name with the kind of the resource, where names of all kinds meet: `ledger_table`."""
        return f"{self.name}{self.suffix}"


@dataclass(frozen=True, kw_only=True)
class Index:
    """A global secondary index; sparse where only some items carry its key.

    It has all attributes of its items, or only these beside the keys: an update of others does not write to it.
    """

    name: str
    partition_key: str
    sort_key: str | None = None
    attributes: tuple[str, ...] | None = None


class Write(Flag):
    """How functions write to a table: an item, many at once, or none, as the condition of a transaction on others."""

    PUT = auto()
    UPDATE = auto()
    DELETE = auto()
    BATCH = auto()
    CHECK = auto()


@dataclass(frozen=True, kw_only=True)
class Table(Resource):
    """A DynamoDB table on demand, all of whose keys are text.

    A streamed one hands its changes to a function. Functions may write to it in the declared ways only.
    """

    suffix = "_table"
    writes: Write
    partition_key: str
    sort_key: str | None = None
    indexes: tuple[Index, ...] = ()
    expires_by: str | None = None
    streamed: bool = False


@dataclass(frozen=True, kw_only=True)
class Bucket(Resource):
    """An S3 bucket and how long what lies under its prefixes is kept (days; absent: for good).

    Deleted and overwritten versions are kept as long as the stage says, or under some prefixes for fewer days.
    Web pages may put files into a bucket that takes uploads, and read from one that gives answers. Nobody can change or
    delete what is locked for that many days.
    """

    suffix = "_bucket"
    versioned: bool
    expire_days: tuple[tuple[str, int], ...] = ()
    version_days: tuple[tuple[str, int], ...] = ()
    takes_uploads: bool = False
    gives_answers: bool = False
    locked_days: int | None = None


@dataclass(frozen=True, kw_only=True)
class Stream(Resource):
    """A Kinesis stream."""

    shards: int
    retention_hours: int


@dataclass(frozen=True)
class DeadLetterQueue(Resource):
    """An SQS queue of what failed repeatedly, made together with the queue or the trigger before it."""


@dataclass(frozen=True, kw_only=True)
class EventType:
    """A kind of event on the platform's bus, by the fields that EventBridge selects by."""

    source: str
    detail_type: str


@dataclass(frozen=True, kw_only=True)
class Queue(Resource):
    """An SQS queue with a dead-letter queue behind it.

    The lake's objects under a prefix, events on the bus, or the clock (every so many minutes) may feed it.
    """

    visibility_seconds: int
    max_receives: int
    fed_by_prefix: str | None = None
    fed_by_events: tuple[EventType, ...] = ()
    fed_every_minutes: int | None = None

    @property
    def dead_letters(self) -> DeadLetterQueue:
        """The queue behind it."""
        return DeadLetterQueue(f"{self.name}_dead_letters")


class Topic(Resource):
    """An SNS topic, to which the stage's configuration subscribes people and systems."""


@dataclass(frozen=True, kw_only=True)
class SigningKeys(Resource):
    """The keys in KMS that tokens are verified by, of which the first signs.

    To rotate: put a new one last and deploy; a few minutes later put it first; a month later, when the last refresh
    token of the old one has expired, take the old one out.
    """

    keys: tuple[str, ...]


class EventBus(Resource):
    """An EventBridge bus."""


class StateMachine(Resource):
    """A workflow in Step Functions, which functions may start and stop; they know its ARN."""

    suffix = "_workflow"

    def execution(self, arn: str, name: str) -> str:
        """Return the ARN of an execution, by the ARN of the state machine."""
        return f"{arn.replace(':stateMachine:', ':execution:', 1)}:{name}"


class WebSocketApi(Resource):
    """The WebSocket API, over whose connections functions send messages."""


class Database(Resource):
    """A Glue database."""


class WorkGroup(Resource):
    """An Athena work group."""
