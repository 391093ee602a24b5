"""A synthesised stage, read back the way CloudFormation reads it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from aws_cdk import Validations
from aws_cdk.assertions import Template

from infra.aws.app import build, new_app
from infra.aws.code import PROJECT
from infra.aws.stages import StageConfig

PARTS = ("data", "functions", "api", "operations")


@dataclass(frozen=True)
class Assembly:
    """The templates and assets of one stage."""

    stage: StageConfig
    directory: Path

    @classmethod
    def of(cls, stage: StageConfig, directory: Path, site_files: Path) -> "Assembly":
        """Synthesise a stage, which fails where cdk-nag finds something."""
        app = new_app(outdir=str(directory))
        build(app, stage, site_files=site_files)
        app.synth()
        return cls(stage, directory)

    @classmethod
    def by_command(cls, stage: StageConfig, directory: Path) -> "Assembly":
        """Synthesise a stage as `cdk` does, in an environment without an account, a region or credentials."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ["HOME"],
            "CDK_OUTDIR": str(directory),
            "CDK_CONTEXT_JSON": json.dumps({"stage": stage.name}),
        }
        subprocess.run(  # our own program
            [sys.executable, "-m", "infra.aws.app"],
            cwd=PROJECT,
            env=environment,
            check=True,
            capture_output=True,
            timeout=300,
        )
        return cls(stage, directory)

    @property
    def parts(self) -> tuple[str, ...]:
        """The stacks of the stage; one without alarms has none for operations."""
        return PARTS if self.stage.alarms else PARTS[:-1]

    @cached_property
    def templates(self) -> Mapping[str, Any]:
        """Every stack's template by the stack's part in the stage."""
        return {part: json.loads(self.path(part).read_text()) for part in self.parts}

    def path(self, part: str) -> Path:
        """Where a stack's template lies."""
        return self.directory / f"tally-{self.stage.name}-{part}.template.json"

    def accepted(self) -> Mapping[str, str]:
        """Every finding of cdk-nag that a construct accepts, with its reason."""
        described = [
            json.loads((self.directory / f"tally-{self.stage.name}-{part}.metadata.json").read_text())
            for part in self.parts
        ]
        entries = [entry for each in described for notes in each.values() for entry in notes]
        accepted = [entry["data"] for entry in entries if entry["type"] == Validations.ACKNOWLEDGED_RULES_METADATA_KEY]
        return {finding.split("-", 1)[1]: reason for each in accepted for finding, reason in each.items()}

    def template(self, part: str) -> Template:
        """A stack's template, to assert on."""
        return Template.from_json(self.templates[part])

    def of_type(self, kind: str) -> dict[str, Any]:
        """Properties of all resources of a type, by logical id."""
        return {name: each.get("Properties", {}) for name, each in self.resources() if each["Type"] == kind}

    def functions(self) -> list[Any]:
        """Properties of all functions but the one that CDK has for copying files."""
        copies = f"tally-{self.stage.name}-site-copy"
        return [each for each in self.of_type("AWS::Lambda::Function").values() if each["FunctionName"] != copies]

    def resources(self) -> Iterator[tuple[str, Any]]:
        """Every resource of every stack."""
        for template in self.templates.values():
            yield from template["Resources"].items()


def flat(value: Any) -> str:
    """Write a CloudFormation value as text, its references in angle brackets."""
    match value:
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(flat(part) for part in parts)
        case {"Ref": name}:
            return f"<{name.removeprefix('AWS::')}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case _:
            return str(value)
