"""The contents of the layers and how they are built."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from aws_cdk import Stack
from aws_cdk.assertions import Annotations, Match

from functions.declaration import Function
from functions.manifest import FUNCTIONS
from infra.aws.app import new_app
from infra.aws.code import folder_of
from layers import build
from layers.build import DEPENDENCIES, LAKE, LAMBDA_LIMIT, SCIENCE, Layer, LayerTooLarge

PROJECT = Path(__file__).resolve().parents[2]
_PIN = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)

_OF_PYICEBERG = {"cachetools", "mmh3", "pyparsing", "pyroaring", "strictyaml", "zstandard"}
_IN_LAKE_LAYER = {"defusedxml", "pyarrow", "pyiceberg"} | _OF_PYICEBERG


def pinned(path: Path) -> set[tuple[str, str]]:
    """The pinned requirements of a file: names with versions."""
    return set(_PIN.findall(path.read_text()))


def test_the_lake_layer_has_the_tested_versions() -> None:
    in_aws = pinned(LAKE.requirements)

    assert {name for name, _ in in_aws} == _IN_LAKE_LAYER
    assert in_aws <= pinned(PROJECT / "requirements" / "laptop.txt")


def test_the_scipy_layer_has_the_locked_versions() -> None:
    in_aws = pinned(SCIENCE.requirements)

    assert {name for name, _ in in_aws} == {"numpy", "scipy"}
    assert in_aws <= pinned(PROJECT / "requirements" / "laptop.txt")


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_a_function_with_its_layers_stays_under_lambdas_limit(function: Function) -> None:
    lake = LAKE.limit if function.uses_lake else 0
    science = SCIENCE.limit if function.uses_science else 0
    code = build.unzipped_size(PROJECT / "functions") + build.unzipped_size(PROJECT / "shared")

    assert DEPENDENCIES.limit + lake + science + code < LAMBDA_LIMIT


def test_the_trimmed_arrow_reads_and_writes_the_lake(tmp_path: Path) -> None:
    """The wheel for Lambda is pruned by the same patterns; on this machine's wheel they must do no harm."""
    shutil.copytree(Path(pa.__file__).parent, tmp_path / "pyarrow")
    build.prune(tmp_path, LAKE.unneeded)
    program = (
        "import pyarrow as pa, pyarrow.parquet as pq, pyarrow.compute as pc\n"
        f"assert pa.__file__.startswith({str(tmp_path)!r}), pa.__file__\n"
        "sink = pa.BufferOutputStream()\n"
        "pq.write_table(pa.table({'a': [1, 2, 2]}), sink, compression='zstd')\n"
        "table = pq.read_table(pa.BufferReader(sink.getvalue()))\n"
        "print(table.group_by('a').aggregate([('a', 'count')]).num_rows, pc.sum(table['a']).as_py())\n"
    )

    command = [sys.executable, "-S", "-c", program]
    alone = {"PYTHONPATH": str(tmp_path)}
    ran = subprocess.run(command, env=alone, capture_output=True, text=True, check=False)  # noqa: S603 # ours

    assert ran.stderr == ""
    assert ran.stdout == "2 5\n"


def test_an_oversized_layer_is_refused_by_name(tmp_path: Path) -> None:
    small = Layer(name="small", requirements=tmp_path, limit=1_000, built_in=tmp_path)
    small.packages.mkdir(parents=True)
    (small.packages / "module.py").write_bytes(b"#" * 2_000)

    with pytest.raises(LayerTooLarge, match=r"layer small is 2,000 bytes unzipped; its limit is 1,000"):
        build.weigh(small)


def test_a_missing_layer_names_the_command_that_builds_it(tmp_path: Path) -> None:
    stack = Stack(new_app())
    unbuilt = Layer(name="unbuilt", requirements=tmp_path, limit=1_000, built_in=tmp_path)

    folder = folder_of(unbuilt, user=stack)

    assert folder == PROJECT / "layers" / "placeholder"
    Annotations.from_stack(stack).has_warning("*", Match.string_like_regexp("unbuilt.*make layers"))
