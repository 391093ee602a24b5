"""The CDK app: `python -m infra.aws.app`, which `cdk.json` runs."""

import sys
from dataclasses import replace
from pathlib import Path

from aws_cdk import App, Tags, Validations
from cdk_nag import AwsSolutionsChecks

from infra import web_site
from infra.aws.api_stack import ApiStack
from infra.aws.data_stack import DataStack
from infra.aws.functions_stack import FunctionsStack
from infra.aws.names import Names
from infra.aws.operations_stack import OperationsStack
from infra.aws.site import SiteNotBuilt, require_built
from infra.aws.stage_file import STAGES_FILE, StageFileError, read_stage, require_complete
from infra.aws.stages import StageConfig, UnknownStage

_FLAGS = {
    # Without it S3's log delivery needs an ACL, which buckets that own their objects refuse.
    "@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy": True,
    # CloudFormation refuses templates of more than a megabyte, and half of ours was indentation.
    "@aws-cdk/core:suppressTemplateIndentation": True,
    # Without them a function with a new layer, but the same code, gets no new version.
    "@aws-cdk/aws-lambda:recognizeLayerVersion": True,
    "@aws-cdk/aws-lambda:recognizeVersionProps": True,
}


def new_app(*, outdir: str | None = None, **context: str) -> App:
    """Return an app that synthesizes every stage in the same way."""
    return App(outdir=outdir, context={**_FLAGS, **context})


def build(app: App, stage: StageConfig, *, site_files: Path = web_site.BUILD) -> None:
    """Put the stacks of one stage into the app, each deployed after those it names.

    Raises:
        SiteNotBuilt: the stage serves the web application, which is not built in the folder.
    """
    if stage.distribution:
        require_built(site_files)
    names = Names(stage=stage)
    data = DataStack(app, names=names)
    functions = FunctionsStack(app, names=names)
    api = ApiStack(app, names=names, site_files=site_files)
    functions.add_stack_dependency(data)
    api.add_stack_dependency(functions)
    if stage.alarms:
        OperationsStack(app, names=names).add_stack_dependency(api)
    Tags.of(app).add("application", "tally")
    Tags.of(app).add("stage", stage.name)
    if stage.cdk_nag:
        Validations.of(app).add_plugins(AwsSolutionsChecks(app))


def chosen(app: App) -> StageConfig:
    """Return the stage that `-c stage=` names, as `-c stages=<file>` changes it, with the choices that `-c` makes.

    Raises:
        UnknownStage: there is no such stage.
        StageFileError: the file has mistakes, or lacks what the stage requires.
    """
    file = app.node.try_get_context("stages")
    stage = read_stage(str(app.node.try_get_context("stage") or "dev"), Path(file) if file else STAGES_FILE)
    origins = app.node.try_get_context("corsOrigins")
    currency = app.node.try_get_context("reportingCurrency")
    stage = replace(
        stage,
        cors_origins=tuple(origins.split(",")) if origins else stage.cors_origins,
        reporting_currency=currency or stage.reporting_currency,
    )
    require_complete(stage)
    return stage


def main() -> None:
    """Synthesise the chosen stage."""
    app = new_app()
    try:
        build(app, chosen(app), site_files=Path(app.node.try_get_context("site") or web_site.BUILD))
    except (SiteNotBuilt, StageFileError, UnknownStage) as refused:
        sys.exit(str(refused))
    app.synth()


if __name__ == "__main__":
    main()
