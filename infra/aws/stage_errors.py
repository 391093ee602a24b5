"""What can be wrong with the configuration of a stage."""


class IllegalStage(ValueError):
    """A value of a stage cannot be used."""


class IllegalWebhookTarget(IllegalStage):
    """The configured target of webhooks is not a host and a port."""


class IllegalDomain(IllegalStage):
    """The configured domain or certificate cannot be used."""


class IllegalBudget(IllegalStage):
    """The configured budget has nobody to tell, or lacks its amount."""


class IllegalLimit(IllegalStage):
    """The configured limit of an address is below what AWS WAF takes."""


class IllegalOrigin(IllegalStage):
    """The configured origin is not one that browsers send."""


class IllegalDeployments(IllegalStage):
    """The configured way to deploy new code cannot work in the stage."""
