"""The calls of functions, each different one once, as lines of JSON."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson

from infra.local.calls.permissions import Permission

_CALLER = re.compile(r"\bapp/(?P<function>[\w-]+)")


@dataclass(frozen=True, slots=True)
class Call:
    """A permission that a function needed."""

    function: str
    """Empty for a presigned address, which does not say which function signed it."""
    permission: Permission


@dataclass(slots=True)
class CallLog:
    """Appends calls to a file; several processes may append to one."""

    path: Path
    _known: set[bytes] = field(default_factory=set)

    def add(self, function: str, permissions: Iterable[Permission]) -> None:
        """Record what a function needed, unless it is known."""
        for permission in permissions:
            line = orjson.dumps(asdict(Call(function, permission)), option=orjson.OPT_SORT_KEYS) + b"\n"
            if line not in self._known:
                self._known.add(line)
                with self.path.open("ab") as file:
                    file.write(line)

    def read(self) -> Iterator[Call]:
        """Yield the recorded calls."""
        for line in dict.fromkeys(self.path.read_bytes().splitlines()):
            found = orjson.loads(line)
            yield Call(found["function"], Permission(**found["permission"]))


def caller(user_agent: str | None) -> str:
    """Return the function that a request names as its sender, see `AWS_SDK_UA_APP_ID`; empty if it names none."""
    found = _CALLER.search(user_agent or "")
    return found["function"] if found else ""
