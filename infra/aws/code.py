"""What is packed for Lambda: our own two packages, and the layers with what they import."""

from pathlib import Path

from aws_cdk import Annotations, Aws, IgnoreMode
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from functions.manifest import Function
from infra.aws.names import Names

PROJECT = Path(__file__).resolve().parents[2]
LAYERS = PROJECT / "layers"
RUNTIME = lambda_.Runtime.PYTHON_3_13
ARCHITECTURE = lambda_.Architecture.ARM_64

_EVERYTHING_ELSE = ["/*", "!/functions", "!/shared", "__pycache__", "*.pyc"]
# The account of https://aws-sdk-pandas.readthedocs.io/en/stable/layers.html in all but a few opt-in regions.
_LAKE_LAYER_ACCOUNT = "336392948345"
_LAKE_LAYER_VERSION = "11"


def source() -> lambda_.AssetCode:
    """Return `functions/` and `shared/` and nothing that differs between two checkouts of one commit."""
    return lambda_.Code.from_asset(str(PROJECT), exclude=_EVERYTHING_ELSE, ignore_mode=IgnoreMode.GIT)


class Layers(Construct):
    """The layers that functions run on; none where the host brings the packages itself."""

    def __init__(self, scope: Construct, id_: str, *, names: Names) -> None:
        super().__init__(scope, id_)
        self._attached = names.stage.layers
        if self._attached:
            self._dependencies = self._built(names)
            self._lake = lambda_.LayerVersion.from_layer_version_arn(self, "Lake", self._lake_arn())

    def of(self, function: Function) -> list[lambda_.ILayerVersion]:
        """Return the layers of one function."""
        if not self._attached:
            return []
        return [self._dependencies, self._lake] if function.uses_lake else [self._dependencies]

    def _built(self, names: Names) -> lambda_.LayerVersion:
        built = LAYERS / "build" / "dependencies"
        if not built.exists():
            Annotations.of(self).add_warning_v2(
                "tally:layer-not-built",
                "The dependencies layer is an empty stand-in: run `make layers` before deploying.",
            )
        return lambda_.LayerVersion(
            self,
            "Dependencies",
            layer_version_name=names.named("dependencies"),
            description="requirements/runtime.txt",
            code=lambda_.Code.from_asset(str(built if built.exists() else LAYERS / "placeholder")),
            compatible_runtimes=[RUNTIME],
            compatible_architectures=[ARCHITECTURE],
        )

    def _lake_arn(self) -> str:
        version = self.node.try_get_context("lakeLayerVersion") or _LAKE_LAYER_VERSION
        layer = f"{_LAKE_LAYER_ACCOUNT}:layer:AWSSDKPandas-Python313-Arm64:{version}"
        return f"arn:{Aws.PARTITION}:lambda:{Aws.REGION}:{layer}"
