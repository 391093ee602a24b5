"""The keys in KMS that sign tokens and never leave it."""

from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.aws.names import Names


class SigningKey(Construct):
    """An elliptic-curve key with an alias; the roles of the functions grant its use."""

    def __init__(self, scope: Construct, *, alias: str, names: Names) -> None:
        super().__init__(scope, alias.rpartition("/")[2])
        kms.Key(
            self,
            "Key",
            alias=alias,
            description="Signs the tokens of the API.",
            key_spec=kms.KeySpec.ECC_NIST_P256,
            key_usage=kms.KeyUsage.SIGN_VERIFY,
            removal_policy=names.stage.removal_policy,
        )
