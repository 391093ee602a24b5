"""An object that was overwritten when its emulator was killed is described as it is."""

import json
import os
from hashlib import md5
from pathlib import Path

import pytest

from infra.local.emulator.torn_objects import describe_torn_objects

OLD = {"size": 3, "etag": '"old"', "checksums": {"crc32": "old"}, "content_type": "text/plain"}


def put(directory: Path, content: bytes, sidecar: str, *, torn: bool) -> Path:
    described, sidecar_file = directory / "bucket" / "key", directory / "bucket" / "key.meta.json"
    described.parent.mkdir()
    described.write_bytes(content)
    sidecar_file.write_text(sidecar)
    os.utime(described, ns=(0, 2_000 if torn else 1_000))
    os.utime(sidecar_file, ns=(0, 1_500))
    return sidecar_file


def test_a_sidecar_older_than_its_object_gets_its_size_and_etag(tmp_path: Path) -> None:
    sidecar = put(tmp_path, b"newer", json.dumps(OLD), torn=True)

    describe_torn_objects(tmp_path)

    etag = f'"{md5(b"newer", usedforsecurity=False).hexdigest()}"'
    assert json.loads(sidecar.read_text()) == OLD | {"size": 5, "etag": etag, "checksums": {}}


def test_an_unreadable_sidecar_is_rewritten(tmp_path: Path) -> None:
    sidecar = put(tmp_path, b"newer", '{"size', torn=True)

    describe_torn_objects(tmp_path)

    assert json.loads(sidecar.read_text())["size"] == 5


@pytest.mark.parametrize("sidecar", [json.dumps(OLD), "{}"])
def test_an_intact_object_is_unchanged(tmp_path: Path, sidecar: str) -> None:
    file = put(tmp_path, b"whole", sidecar, torn=False)

    describe_torn_objects(tmp_path)

    assert file.read_text() == sidecar
