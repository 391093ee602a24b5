"""The platform in moto with Athena on DuckDB: exports are uploaded, loaded and merged, then asked about."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
import pytest
from moto import mock_aws

from functions.metrics.handler import app, handler
from functions.products import handler as products
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from shared.sources.models import SourceConfigurationRequest
from tests.events.api_gateway import context, rest_event
from tests.fakes.identities import Visitor
from tests.fakes.state_dump import table_rows
from tests.functions.file_loader.files import outcome, status, upload
from tests.functions.metrics.lake import lake_with_athena
from tests.moto_platform import CREDENTIALS

_WHOLE_FILE = 10_000


@dataclass(frozen=True)
class Platform:
    """The platform, by what a client does with it."""

    wired: Wiring
    token: str

    def load(self, source_id: str, data_type: str, mapping: Mapping[str, Any], **file: Any) -> dict[str, int]:
        """Deliver a file, and return what became of its rows."""
        return outcome(self.wired, self.deliver(source_id, data_type, mapping, **file))

    def deliver(  # noqa: PLR0913 # what a client states about a file
        self,
        source_id: str,
        data_type: str,
        mapping: Mapping[str, Any],
        *,
        file_format: str,
        content: bytes,
        timezone: str = "UTC",
        rows_per_part: int = _WHOLE_FILE,
    ) -> str:
        """Configure a source, upload a file of it, and return the batch."""
        configuration = {"timezone": timezone, "thresholds": {data_type: 0}, "mappings": {data_type: mapping}}
        self.wired.source_configs.put(source_id, SourceConfigurationRequest.model_validate(configuration))
        return upload(
            self.wired,
            content,
            rows_per_part=rows_per_part,
            source_id=source_id,
            data_type=data_type,
            format=file_format,
        )

    def reasons(self, batch_id: str) -> set[str]:
        """Return why rows of a batch were rejected."""
        return {each.message for each in status(self.wired, batch_id).errors or ()}

    def rows(self, source_id: str, data_type: str) -> list[dict[str, Any]]:
        """Return what the lake has of a source."""
        return [row for row in table_rows(self.wired.settings, data_type) if row["source_id"] == source_id]

    def ask(self, **question: str) -> Any:
        """Return the answer to a question about metrics."""
        return self._get(handler, "metrics", question)

    def units_sold(self, **question: str) -> dict[str, Any]:
        """Return the units of each product that the report of products has."""
        told = self._get(products.handler, "products/performance", {"limit": "100", **question})
        return {each["product_id"]: each["quantity_sold"] for each in told["products"]}

    def _get(self, function: Callable[..., Any], path: str, question: Mapping[str, str]) -> Any:
        asked = {name.replace("__", "."): [value] for name, value in question.items()}
        event = rest_event("GET", f"/api/v1/analytics/{path}", query=asked, token=self.token)
        answer: Any = function(event, context())
        body = orjson.loads(answer["body"])
        assert answer["statusCode"] == HTTPStatus.OK, body
        return body["data"]


@pytest.fixture(scope="package")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform without data."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        with mock_aws(), lake_with_athena(tmp_path_factory.mktemp("athena")) as (lake, athena):
            environment.setenv("AWS_ENDPOINT_URL_ATHENA", athena)
            wired = Wiring(lake.settings)
            for each in (app, products.app):
                each.dependency_overrides[wiring] = lambda: wired
            yield Platform(wired, Visitor(wired.identity, Scope.ANALYTICS_READ).token)
            for each in (app, products.app):
                each.dependency_overrides.clear()
