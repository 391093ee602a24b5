"""Builds the Lambda layers from pinned wheels for the machine that functions run on: `python -m layers.build`."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Lambda's limit for a function and its layers together, unzipped:
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
LAMBDA_LIMIT = 262_144_000

# Amazon Linux 2023, on which python3.13 runs, has glibc 2.34.
_TARGET = (
    *("--platform", "manylinux_2_28_aarch64", "--platform", "manylinux2014_aarch64"),
    *("--implementation", "cp", "--python-version", "3.13", "--abi", "cp313"),
)


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One layer: the pinned packages in it, what of them no function needs, and how big it may get."""

    name: str
    requirements: Path
    limit: int
    unneeded: tuple[str, ...] = ()
    built_in: Path = HERE / "build"

    @property
    def packages(self) -> Path:
        """Where Lambda looks for the packages of a layer."""
        return self.built_in / self.name / "python"


DEPENDENCIES = Layer(
    name="dependencies",
    requirements=HERE.parent / "requirements" / "runtime.txt",
    limit=60_000_000,
    unneeded=("bin",),
)

# Flight is a server that nothing here speaks; the rest of Arrow is for who compiles against it. Of the catalogs of
# PyIceberg only Glue is used.
LAKE = Layer(
    name="lake",
    requirements=HERE / "lake.txt",
    limit=120_000_000,
    unneeded=(
        "pyarrow/*flight*",
        "pyarrow/include",
        "pyarrow/includes",
        "pyarrow/src",
        "pyarrow/tests",
        "pyarrow/libarrow_python*.so",
        "pyarrow/libarrow_python*.so.*.*",
        "pyarrow/*.pxi",
        "pyarrow/*.pyx",
        "bin",
        "fb303",
        "hive_metastore",
        "pyiceberg/cli",
        *(
            f"pyiceberg/catalog/{each}"
            for each in ("rest", "bigquery_metastore.py", "dynamodb.py", "hive.py", "sql.py")
        ),
    ),
)

# Tests, and what is for those who compile against NumPy. Apart from SciPy, so that Arrow and NumPy fit together.
NUMPY = Layer(
    name="numpy",
    requirements=HERE / "numpy.txt",
    limit=60_000_000,
    unneeded=("bin", "numpy/**/tests", "numpy/_core/include", "numpy/f2py", "**/*.pyi", "**/*.a"),
)

# The rest of SciPy imports itself crosswise.
SCIPY = Layer(
    name="scipy",
    requirements=HERE / "scipy.txt",
    limit=120_000_000,
    unneeded=("scipy/**/tests", "**/*.pyi", "**/*.a"),
)

# Of the fonts only Bitstream Vera is used, of which the licence permits that documents contain it.
REPORTS = Layer(
    name="reports",
    requirements=HERE / "reports.txt",
    limit=40_000_000,
    unneeded=(
        "bin",
        "**/*.pyi",
        *(f"reportlab/fonts/{each}" for each in ("*.pfb", "*.afm", "DarkGarden*", "hb-test*")),
        *(f"reportlab/graphics/{each}" for each in ("samples", "barcode")),
    ),
)

LAYERS = (DEPENDENCIES, LAKE, NUMPY, SCIPY, REPORTS)


class LayerTooLarge(Exception):
    """A layer grew past its limit, so that functions could no longer be deployed with it."""


def build(layer: Layer) -> int:
    """Install a layer's packages, drop what is not needed and return the bytes that are left."""
    shutil.rmtree(layer.packages.parent, ignore_errors=True)
    install(layer)
    prune(layer.packages, layer.unneeded)
    return weigh(layer)


def weigh(layer: Layer) -> int:
    """Return the bytes of a layer's packages.

    Raises:
        LayerTooLarge: that is more than the layer may weigh.
    """
    weight = unzipped_size(layer.packages)
    if weight > layer.limit:
        raise LayerTooLarge(f"layer {layer.name} is {weight:,} bytes unzipped; its limit is {layer.limit:,}")
    return weight


def install(layer: Layer) -> None:
    """Bring the wheels whose hashes the requirements name, and nothing built here."""
    options = ("--no-deps", "--require-hashes", "--only-binary=:all:", "--no-compile", "--quiet")
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", *options, *_TARGET]
    subprocess.run(  # noqa: S603 # pip with our own arguments
        [*command, "--target", str(layer.packages), "--requirement", str(layer.requirements)], check=True
    )


def prune(packages: Path, unneeded: tuple[str, ...]) -> None:
    """Delete what matches the patterns."""
    for pattern in unneeded:
        for path in list(packages.glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def unzipped_size(folder: Path) -> int:
    """Return the bytes of all files below a folder, as Lambda counts them."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> None:
    """Build every layer and say what it weighs."""
    for layer in LAYERS:
        weight = build(layer)
        sys.stdout.write(f"{layer.name}: {weight / 1e6:.1f} MB unzipped of {layer.limit / 1e6:.0f} MB allowed\n")


if __name__ == "__main__":
    main()
