"""Providers build once for each deployment, and a slow module is imported when it is first needed."""

import sys
from typing import TYPE_CHECKING

from shared.runtime.deployment import Deployment, LazyImport, provider
from shared.runtime.settings import Settings

if TYPE_CHECKING:
    import pytest


@provider
def parts(deployment: Deployment) -> list[str]:
    """Build something that is only equal to itself."""
    return [deployment.settings.stage]


@provider
def whole(deployment: Deployment) -> tuple[list[str], ...]:
    """Build something from another provider's."""
    return parts(deployment), parts(deployment)


def test_a_provider_builds_once_for_each_deployment() -> None:
    first, second = Deployment(Settings(stage="dev")), Deployment(Settings(stage="prod"))

    assert parts(first) is parts(first)
    assert (parts(first), parts(second)) == (["dev"], ["prod"])


def test_providers_share_what_they_build_from() -> None:
    deployment = Deployment(Settings())

    one, other = whole(deployment)

    assert one is other is parts(deployment)


def test_a_module_is_imported_when_its_function_is_first_called(monkeypatch: "pytest.MonkeyPatch") -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)

    function = LazyImport("colorsys").rgb_to_hsv

    assert "colorsys" not in sys.modules
    assert function(0, 0, 0) == (0.0, 0.0, 0)
    assert "colorsys" in sys.modules
