"""The code of the functions: the two packages, and the layers with their dependencies."""

from pathlib import Path

from aws_cdk import Annotations, IgnoreMode
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from functions.declaration import Function
from infra.aws.names import Names
from layers.build import DEPENDENCIES, LAKE, NUMPY, REPORTS, SCIPY, Layer

PROJECT = Path(__file__).resolve().parents[2]
LAYERS = PROJECT / "layers"
RUNTIME = lambda_.Runtime.PYTHON_3_13
ARCHITECTURE = lambda_.Architecture.ARM_64

_EVERYTHING_ELSE = ["/*", "!/functions", "!/shared", "__pycache__", "*.pyc"]


def source() -> lambda_.AssetCode:
    """Return `functions/` and `shared/` and nothing that differs between two checkouts of one commit."""
    return lambda_.Code.from_asset(str(PROJECT), exclude=_EVERYTHING_ELSE, ignore_mode=IgnoreMode.GIT)


class Layers(Construct):
    """The layers of the functions; none if the host provides the packages."""

    def __init__(self, scope: Construct, id_: str, *, names: Names) -> None:
        super().__init__(scope, id_)
        self._attached = names.stage.layers
        if self._attached:
            self._dependencies = self._layer(DEPENDENCIES, names)
            self._lake = self._layer(LAKE, names)
            self._numpy = self._layer(NUMPY, names)
            self._scipy = self._layer(SCIPY, names)
            self._reports = self._layer(REPORTS, names)

    def of(self, function: Function) -> list[lambda_.ILayerVersion]:
        """Return the layers of one function."""
        if not self._attached:
            return []
        lake = [self._lake] if function.uses_lake else []
        numpy = [self._numpy] if function.uses_numpy else []
        scipy = [self._scipy] if function.uses_scipy else []
        reports = [self._reports] if function.uses_reports else []
        return [self._dependencies, *lake, *numpy, *scipy, *reports]

    def _layer(self, layer: Layer, names: Names) -> lambda_.LayerVersion:
        return lambda_.LayerVersion(
            self,
            layer.name,
            layer_version_name=names.physical_name(layer.name),
            description=f"The wheels of {layer.requirements.name}.",
            code=lambda_.Code.from_asset(str(folder_of(layer, user=self))),
            compatible_runtimes=[RUNTIME],
            compatible_architectures=[ARCHITECTURE],
        )


def folder_of(layer: Layer, *, user: Construct) -> Path:
    """Return the folder of a built layer, or an empty one with a warning, so that synth needs no build."""
    if layer.packages.exists():
        return layer.packages.parent
    Annotations.of(user).add_warning_v2(
        f"tally:layer-not-built:{layer.name}",
        f"The layer {layer.name} is an empty placeholder; run `make layers` before deploying.",
    )
    return LAYERS / "placeholder"
