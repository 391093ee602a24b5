"""What exports as PDF contain."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pypdf import PdfReader
from pypdfium2 import PdfDocument

from shared.exports.document.numbers import in_words
from tests.functions.exports.conftest import World
from tests.functions.exports.decisions import RANGE, decisions

Deploy = Callable[..., World]
KPIS = (
    "precision",
    "recall",
    "f1Score",
    "captureRate",
    "approvalRate",
    "chargebackRate",
    "falsePositiveCost",
    "fraudLoss",
)
MARGIN, GREY, LEAST_COLORED = 20, 40, 2_000
"""Points at the edge of a page that are empty; how far the channels of a grey may differ; colored pixels of a chart."""
EXPORTS: list[Any] = [("metrics", {}), ("cohorts", {"dimension": "merchant", "minCount": 1})]


def pictures_of(content: bytes) -> list[Any]:
    """The pages as a reader sees them: arrays of height x width x color, a pixel a point."""
    return [page.render().to_numpy() for page in PdfDocument(content)]


def colored(picture: Any) -> int:
    """How many pixels are neither grey nor white."""
    return int((np.ptp(picture.astype(int), axis=2) > GREY).sum())


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_the_text_of_a_document_has_the_kpis_of_the_api(world: World) -> None:
    answer = world.ask("metrics")

    text = text_of(world.export("metrics", "pdf").content)

    assert "Fraud metrics" in text
    for name in KPIS:
        assert name in text
        assert in_words(answer[name]) in text, name
        for end in answer["bounds"].get(name) or ():
            assert in_words(end) in text, name
    for name in ("truePositives", "falsePositives", "trueNegatives", "falseNegatives"):
        assert f"{answer[name]:,}" in text


def test_the_watermark_and_the_range_are_the_only_times_in_a_document(world: World) -> None:
    reply = world.export("metrics", "pdf")

    assert f"Data complete up to {reply.headers['x-export-watermark']}" in text_of(reply.content)
    assert f"{RANGE['startDate']} to {RANGE['endDate']}" in text_of(reply.content)
    assert b"2026" not in reply.content
    assert {"/CreationDate", "/ModDate"} & set(PdfReader(io.BytesIO(reply.content)).metadata or {}) <= {
        "/CreationDate",
        "/ModDate",
    }


def test_every_page_has_its_number(world: World) -> None:
    pages = PdfReader(io.BytesIO(world.export("cohorts", "pdf", dimension="merchant", minCount=1).content)).pages

    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page.extract_text()


@pytest.mark.parametrize(("data_type", "filters"), [*EXPORTS, ("decisions", {})])
def test_equal_documents_have_equal_bytes(world: World, data_type: str, filters: Any) -> None:
    first, second = (world.export(data_type, "pdf", **filters) for _ in range(2))

    assert first.status == 200, first.content
    assert first.content == second.content
    assert first.headers["x-export-sha256"] == first.sha256
    assert first.headers["content-type"] == "application/pdf"
    assert first.content.startswith(b"%PDF-")


@pytest.mark.parametrize(("data_type", "filters"), EXPORTS)
def test_charts_are_drawn_if_they_are_asked_for(world: World, data_type: str, filters: Any) -> None:
    body = {"format": "pdf", "dataType": data_type, "filters": {**RANGE, **filters}}

    with_charts = world.post(body).content
    without = world.post({**body, "includeCharts": False}).content

    assert len(with_charts) > len(without)
    assert "Precision" in text_of(without)
    assert ("Confusion matrix" in text_of(with_charts)) is (data_type == "metrics")
    assert not [image for page in PdfReader(io.BytesIO(with_charts)).pages for image in page.images]


@pytest.mark.parametrize(("data_type", "filters"), EXPORTS)
def test_pages_show_their_charts_in_color_and_nothing_in_their_margins(
    world: World, data_type: str, filters: Any
) -> None:
    body = {"format": "pdf", "dataType": data_type, "filters": {**RANGE, **filters}}

    with_charts = pictures_of(world.post(body).content)
    without = pictures_of(world.post({**body, "includeCharts": False}).content)

    for picture in with_charts + without:
        paper = (picture == picture.max()).all(axis=2)
        assert not paper.all()
        edges = np.ones_like(paper)
        edges[MARGIN:-MARGIN, MARGIN:-MARGIN] = False
        assert paper[edges].all()
    assert sum(map(colored, with_charts)) > sum(map(colored, without)) + LEAST_COLORED


def test_fonts_are_embedded(world: World) -> None:
    (page, *_) = PdfReader(io.BytesIO(world.export("metrics", "pdf").content)).pages

    fonts = [each.get_object() for each in page["/Resources"]["/Font"].values()]  # type: ignore[index] # a dictionary

    assert {str(each["/BaseFont"]).partition("+")[2] for each in fonts if each["/Subtype"] == "/TrueType"} == {
        "BitstreamVeraSans-Roman",
        "BitstreamVeraSans-Bold",
    }


def test_characters_that_the_font_lacks_are_escaped_and_none_is_lost(world: World) -> None:
    text = text_of(world.export("cohorts", "pdf", dimension="merchant", minCount=1).content).replace("\n", "")

    assert "Café \\u4e2d\\u6587" in text
    assert "\\U0001f6d2" in text
    assert "line\\nend" in text


def test_decisions_are_a_document_if_they_are_few(deploy: Deploy) -> None:
    text = text_of(deploy().export("decisions", "pdf").content)

    for each in decisions():
        assert each["decision_id"] in text
