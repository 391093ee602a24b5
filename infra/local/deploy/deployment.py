"""Deploys the source to the emulator; does nothing if it is deployed already."""

import json
from dataclasses import dataclass

from infra.local.deploy import cdk
from infra.local.deploy.fingerprint import fingerprint
from infra.local.deploy.outputs import StackOutputs
from infra.local.emulator.credentials import session
from infra.local.layout import Layout
from infra.local.progress import Progress

_TOOLKIT = "CDKToolkit"


@dataclass(frozen=True, slots=True)
class StackDeployment:
    """One app, one emulator, and the memory of what was last deployed."""

    app: cdk.CdkApp
    layout: Layout
    endpoint: str

    def bring_up_to_date(self, progress: Progress) -> StackOutputs:
        """Deploy if the source changed or the emulator forgot, and return the stacks' outputs."""
        source = fingerprint(self.app.project, self.app.context)
        stacks = self._stacks()
        if not self._is_current(source, stacks):
            self.layout.deployed.unlink(missing_ok=True)
            if _TOOLKIT not in stacks:
                with progress.step("Bootstrapping the CDK environment (cdk bootstrap)"):
                    cdk.bootstrap(app=self.app, layout=self.layout, endpoint=self.endpoint)
            with progress.step("Deploying the CDK app (cdk deploy)"):
                cdk.deploy(app=self.app, layout=self.layout, endpoint=self.endpoint)
            deployed = {"source": source, "stacks": sorted(self._stacks())}
            self.layout.deployed.write_text(json.dumps(deployed, indent=1))
        return StackOutputs.read(self.layout.outputs)

    def _is_current(self, source: str, stacks: set[str]) -> bool:
        if not self.layout.deployed.exists() or not self.layout.outputs.exists():
            return False
        last = json.loads(self.layout.deployed.read_text())
        return last["source"] == source and stacks >= set(last["stacks"])

    def _stacks(self) -> set[str]:
        """Return the names of the stacks that are complete in the emulator."""
        client = session(self.layout).client("cloudformation", endpoint_url=self.endpoint)
        pages = client.get_paginator("describe_stacks").paginate()
        stacks = [stack for page in pages for stack in page["Stacks"]]
        return {stack["StackName"] for stack in stacks if stack["StackStatus"].endswith("_COMPLETE")}
