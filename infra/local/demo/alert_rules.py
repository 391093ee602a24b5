"""Enables the alert rules that come with the platform, through its public API as any client does it."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import orjson
import urllib3

_OK = 200
_STALE = 409


class RulesNotEnabled(Exception):
    """A request about alert rules failed; the message has the URL and the answer."""


def enable_rules(*, api_url: str, token: str) -> int:
    """Enable every rule of the platform that is disabled and was never changed; return how many.

    Enabling them again changes nothing, so it can be repeated after an interruption.
    """
    with closing(_RuleClient(api_url, token)) as client:
        untouched = [each for each in client.list() if each["created_by"] == "system" and each["version"] == 1]
        return sum(client.enable(each) for each in untouched)


class _RuleClient:
    def __init__(self, api_url: str, token: str) -> None:
        self._url = f"{api_url.rstrip('/')}/alerts/rules"
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._http = urllib3.PoolManager(timeout=urllib3.Timeout(connect=5, read=60))

    def list(self) -> list[dict[str, Any]]:
        rules: list[dict[str, Any]] = self._ask("GET", self._url, (_OK,))["data"]["rules"]
        return rules

    def enable(self, rule: dict[str, Any]) -> bool:
        """Enable a rule; whether it was, because somebody else may have changed it."""
        named = {"rule_id", "created_at", "created_by", "updated_at", "silenced"}
        body = {name: value for name, value in rule.items() if name not in named} | {"enabled": True}
        answer = self._ask("PUT", f"{self._url}/{rule['rule_id']}", (_OK, _STALE), orjson.dumps(body))
        return bool(answer["success"])

    def close(self) -> None:
        self._http.clear()

    def _ask(self, method: str, url: str, expected: tuple[int, ...], body: bytes | None = None) -> dict[str, Any]:
        try:
            answer = self._http.request(method, url, body=body, headers=self._headers)
        except urllib3.exceptions.HTTPError as error:
            raise RulesNotEnabled(f"{url} cannot be reached ({error}); is the platform running?") from error
        if answer.status not in expected:
            raise RulesNotEnabled(f"{url} answered {answer.status}: {answer.data[:200]!r}")
        found: dict[str, Any] = orjson.loads(answer.data)
        return found
