"""The peak of memory of a process, without packages, so that any environment can import it."""

import re
from pathlib import Path


def peak_megabytes(process: int | str = "self") -> float:
    """Return the most memory that a process has had, which unlike `ru_maxrss` does not include its parent's."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    if found is None:
        raise LookupError("the peak of memory is unknown")
    return int(found[1]) / 1024
