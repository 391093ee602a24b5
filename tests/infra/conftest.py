"""The synthesised stages, made once: each takes seconds, and Node starts for the first."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from infra.aws.stages import DEV, LOCAL, PROD, StageConfig
from tests.infra.assembly import Assembly


@pytest.fixture(scope="session", autouse=True)
def quiet_jsii() -> Iterator[None]:
    """A jsii that does not judge the Node that runs it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "1")
        patch.setenv("JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION", "1")
        patch.setenv("JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION", "1")
        yield


def _synthesised(stage: StageConfig, factory: pytest.TempPathFactory) -> Assembly:
    """Synthesise a stage with a web application of three files."""
    site = factory.mktemp("site")
    (site / "assets").mkdir()
    (site / "index.html").write_text("<!doctype html>")
    (site / "assets" / "app-1a2b3c4d.js").write_text("1")
    (site / "assets" / "app-1a2b3c4d.js.br").write_text("compressed")
    return Assembly.of(stage, factory.mktemp(stage.name), site)


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    return Assembly.by_command(LOCAL, tmp_path_factory.mktemp(LOCAL.name))


@pytest.fixture(scope="session")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    return _synthesised(DEV, tmp_path_factory)


@pytest.fixture(scope="session")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    return _synthesised(replace(DEV, customer_managed_keys=True), tmp_path_factory)


@pytest.fixture(scope="session")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    configured = replace(
        PROD,
        alarm_emails=("operations@example.com", "on-call@example.com"),
        monthly_budget=500,
        budget_stops_queries=True,
        domain="analytics.example.com",
        certificate_arn="arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-1111-2222-333344445555",
    )
    return _synthesised(configured, tmp_path_factory)
