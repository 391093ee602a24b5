"""Registers the experiment of the demo's fraud engine through the public API, so that it has results."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import orjson
import urllib3

from infra.local.demo.fraud import EXPERIMENT, EXPERIMENT_FROM
from infra.local.demo.window import format_time, midnight

if TYPE_CHECKING:
    from infra.local.demo.window import DemoWindow

_CREATED, _OK, _CONFLICT = 201, 200, 409


class ExperimentNotRegistered(Exception):
    """A request about the experiment failed; the message has the URL and the answer."""


def register_experiment(*, api_url: str, token: str, window: DemoWindow) -> bool:
    """Create and start the experiment; return whether it is new. It can be repeated after an interruption."""
    url = f"{api_url.rstrip('/')}/analytics/experiments"
    with closing(_Client(token)) as client:
        made = client.post(url, (_CREATED, _CONFLICT), _design(window))
        client.post(f"{url}/{EXPERIMENT}/start", (_OK, _CONFLICT))
        return made == _CREATED


def _design(window: DemoWindow) -> dict[str, Any]:
    return {
        "id": EXPERIMENT,
        "name": "Higher review threshold",
        "description": "Online orders; customers are divided by their id.",
        "hypothesis": "Reviewing from 0.45 on approves more orders, and little more fraud goes through.",
        "variants": [
            {
                "id": "control",
                "name": "Review from 0.30 on",
                "isControl": True,
                "allocation": 0.5,
                "configuration": {"review_threshold": 0.30, "fraud_threshold": 0.72},
            },
            {
                "id": "treatment",
                "name": "Review from 0.45 on",
                "allocation": 0.5,
                "configuration": {"review_threshold": 0.45, "fraud_threshold": 0.72},
            },
        ],
        "primaryMetric": "approvalRate",
        "guardrails": [{"metric": "fraudRate", "maximumHarm": 0.005}],
        "startDate": format_time(midnight(window.day_at(EXPERIMENT_FROM))),
    }


class _Client:
    def __init__(self, token: str) -> None:
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._http = urllib3.PoolManager(timeout=urllib3.Timeout(connect=5, read=60))

    def post(self, url: str, expected: tuple[int, ...], body: dict[str, Any] | None = None) -> int:
        """Send a request and return its status, which must be one of those expected."""
        content = None if body is None else orjson.dumps(body)
        try:
            answer = self._http.request("POST", url, body=content, headers=self._headers)
        except urllib3.exceptions.HTTPError as error:
            raise ExperimentNotRegistered(f"{url} cannot be reached ({error}); is the platform running?") from error
        if answer.status not in expected:
            raise ExperimentNotRegistered(f"{url} answered {answer.status}: {answer.data[:200]!r}")
        return answer.status

    def close(self) -> None:
        """Give the connections back."""
        self._http.clear()
