"""Runs functions of CloudFront in Node."""

import json
import subprocess
from pathlib import Path
from typing import Any

MOST_BYTES = 10 * 1024
"""https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html"""


def handled(program: Path, *events: Any) -> list[Any]:
    """What a function returns for each event."""
    text = f"{program.read_text()}\nconsole.log(JSON.stringify({json.dumps(events)}.map(handler)))"
    ran = subprocess.run(  # noqa: S603 # our own program
        ["node", "-e", text],  # noqa: S607 # the Node of this machine
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    found: list[Any] = json.loads(ran.stdout)
    return found


def asked(uri: str, **query: str) -> Any:
    """The event of a viewer's request."""
    querystring = {name: {"value": value} for name, value in query.items()}
    return {"version": "1.0", "request": {"method": "GET", "uri": uri, "querystring": querystring, "headers": {}}}
