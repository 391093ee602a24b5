"""The contents of the layers and how they are built."""

import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest
from aws_cdk import Stack
from aws_cdk.assertions import Annotations, Match

from functions.declaration import Function
from functions.manifest import FUNCTIONS
from infra.aws.app import new_app
from infra.aws.code import folder_of
from layers import build
from layers.build import DEPENDENCIES, LAKE, LAMBDA_LIMIT, NUMPY, REPORTS, SCIPY, Layer, LayerTooLarge

PROJECT = Path(__file__).resolve().parents[2]
_PIN = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)

_OF_PYICEBERG = {"cachetools", "mmh3", "pyparsing", "strictyaml"}
_IN_LAKE_LAYER = {"defusedxml", "pyarrow", "pyiceberg"} | _OF_PYICEBERG


def pinned(path: Path) -> set[tuple[str, str]]:
    """The pinned requirements of a file: names with versions."""
    return set(_PIN.findall(path.read_text()))


def test_the_lake_layer_has_the_tested_versions() -> None:
    in_aws = pinned(LAKE.requirements)

    assert {name for name, _ in in_aws} == _IN_LAKE_LAYER
    assert in_aws <= pinned(PROJECT / "requirements" / "laptop.txt")


def test_the_layer_of_reports_has_the_locked_versions() -> None:
    in_aws = pinned(REPORTS.requirements)

    assert {name for name, _ in in_aws} == {"charset-normalizer", "pillow", "reportlab"}
    assert in_aws <= pinned(PROJECT / "requirements" / "laptop.txt")


def test_documents_need_no_file_that_the_layer_of_reports_lacks(tmp_path: Path) -> None:
    for source in top_level(REPORTS):
        if source.is_dir():
            shutil.copytree(source, tmp_path / source.name)
    build.prune(tmp_path, REPORTS.unneeded)
    (tmp_path / "shared").symlink_to(PROJECT / "shared")
    program = (
        "from shared.exports.document.layout import Document\n"
        "from shared.exports.document.table import PrintedTable, TableColumn\n"
        "table = PrintedTable([TableColumn('a', 1)], [['b']])\n"
        "print(Document(title='t', filters=[], watermark='w', table=table).draw()[:5])\n"
    )

    ran = run_alone(program, tmp_path)

    assert ran.stderr == ""
    assert ran.stdout == "b'%PDF-'\n"


@pytest.mark.parametrize("layer", [NUMPY, SCIPY], ids=lambda layer: layer.name)
def test_the_layers_of_one_package_have_its_locked_version(layer: Layer) -> None:
    in_aws = pinned(layer.requirements)

    assert {name for name, _ in in_aws} == {layer.name}
    assert in_aws <= pinned(PROJECT / "requirements" / "laptop.txt")


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_a_function_with_its_layers_stays_under_lambdas_limit(function: Function) -> None:
    lake = LAKE.limit if function.uses_lake else 0
    numpy = NUMPY.limit if function.uses_numpy else 0
    scipy = SCIPY.limit if function.uses_scipy else 0
    reports = REPORTS.limit if function.uses_reports else 0
    code = build.unzipped_size(PROJECT / "functions") + build.unzipped_size(PROJECT / "shared")

    assert DEPENDENCIES.limit + lake + numpy + scipy + reports + code < LAMBDA_LIMIT


def test_arrow_and_numpy_fit_into_one_function() -> None:
    code = build.unzipped_size(PROJECT / "functions") + build.unzipped_size(PROJECT / "shared")

    assert DEPENDENCIES.limit + LAKE.limit + NUMPY.limit + code < LAMBDA_LIMIT


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_a_function_with_scipy_has_numpy(function: Function) -> None:
    assert function.uses_numpy or not function.uses_scipy


@pytest.fixture(scope="module")
def trimmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages of the lake layer, pruned as for Lambda; on this machine's wheels that must do no harm."""
    packages = tmp_path_factory.mktemp("lake")
    for source in top_level(LAKE):
        if source.is_dir():
            shutil.copytree(source, packages / source.name)
        else:
            shutil.copy(source, packages)
    build.prune(packages, LAKE.unneeded)
    return packages


def top_level(layer: Layer) -> set[Path]:
    """The folders and modules that the packages of a layer have on this machine."""
    found = set()
    for name, _ in pinned(layer.requirements):
        installed = distribution(name)
        tops = {file.parts[0] for file in installed.files or ()}
        found |= {Path(str(installed.locate_file(top))) for top in tops if not top.endswith((".dist-info", ".."))}
    return found


def run_alone(program: str, *packages: Path) -> "subprocess.CompletedProcess[str]":
    """Run a program that sees no other packages than those of these folders."""
    alone = {"PYTHONPATH": os.pathsep.join(map(str, packages))}
    command = [sys.executable, "-S", "-c", program]
    return subprocess.run(command, env=alone, capture_output=True, text=True, check=False)  # noqa: S603 # ours


def test_the_trimmed_arrow_reads_and_writes_the_lake(trimmed: Path) -> None:
    program = (
        "import pyarrow as pa, pyarrow.parquet as pq, pyarrow.compute as pc\n"
        f"assert pa.__file__.startswith({str(trimmed)!r}), pa.__file__\n"
        "sink = pa.BufferOutputStream()\n"
        "pq.write_table(pa.table({'a': [1, 2, 2]}), sink, compression='zstd')\n"
        "table = pq.read_table(pa.BufferReader(sink.getvalue()))\n"
        "print(table.group_by('a').aggregate([('a', 'count')]).num_rows, pc.sum(table['a']).as_py())\n"
    )

    ran = run_alone(program, trimmed)

    assert ran.stderr == ""
    assert ran.stdout == "2 5\n"


def test_the_tables_of_the_lake_need_no_package_outside_the_layers(trimmed: Path, tmp_path: Path) -> None:
    for source in (*top_level(DEPENDENCIES), PROJECT / "shared"):
        (tmp_path / source.name).symlink_to(source)

    ran = run_alone("import shared.lake.table.iceberg as it; print(it.GlueCatalog.__module__)", trimmed, tmp_path)

    assert ran.stderr == ""
    assert ran.stdout == "pyiceberg.catalog.glue\n"


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
