"""The keys that sign tokens: private halves in KMS, public halves cached; several verify at once, for rotation."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key
from joserfc.jwk import ECKey

from shared.auth.models import JsonWebKey, JsonWebKeySet
from shared.runtime import resources

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurveSignatureAlgorithm
    from types_boto3_kms import KMSClient

SIGNING_KEYS = resources.SigningKeys("signing_keys", keys=("signing-1",))

ALGORITHM = "ES256"


class NotASigningKey(Exception):
    """The key in KMS is not one that can sign tokens."""


class KmsKey(ECKey):
    """A key whose private half remains in KMS: joserfc uses it like any other key, and signing is a call.

    Its `kid` is its thumbprint (RFC 7638), which reveals nothing about the account.
    """

    def __init__(self, kms: "KMSClient", key_id: str) -> None:
        public = load_der_public_key(kms.get_public_key(KeyId=key_id)["PublicKey"])
        if not isinstance(public, EllipticCurvePublicKey) or public.curve.name != "secp256r1":
            raise NotASigningKey(f"{key_id} is not an ECC_NIST_P256 key")
        super().__init__(public, public, {"use": "sig", "alg": ALGORITHM})
        self.ensure_kid()
        self._kms = kms
        self._key_id = key_id

    def get_op_key(self, operation: str) -> Any:
        """Return the public key to verify with, or this object to sign with."""
        return self if operation == "sign" else super().get_op_key("verify")

    def sign(self, message: bytes, _: "EllipticCurveSignatureAlgorithm") -> bytes:
        """Sign as a private key of the cryptography library does; KMS, too, answers in DER."""
        answer = self._kms.sign(
            KeyId=self._key_id, Message=message, MessageType="RAW", SigningAlgorithm="ECDSA_SHA_256"
        )
        return answer["Signature"]


class TokenSigningKeys:
    """The signing keys by name in KMS: the first signs, all of them verify."""

    def __init__(self, kms: "KMSClient", key_ids: Sequence[str]) -> None:
        self._kms = kms
        self._key_ids = key_ids

    @cached_property
    def _keys(self) -> Mapping[str, KmsKey]:
        keys = [KmsKey(self._kms, key_id) for key_id in self._key_ids]
        return {str(key.kid): key for key in keys}

    @property
    def signing(self) -> KmsKey:
        """The key that signs."""
        return next(iter(self._keys.values()))

    def of(self, kid: str) -> KmsKey | None:
        """Return the key of a `kid`; None for an unknown one, without any call."""
        return self._keys.get(kid)

    def public_key_set(self) -> JsonWebKeySet:
        """The public halves, as everybody may see them."""
        return JsonWebKeySet(keys=[JsonWebKey.model_validate(key.as_dict()) for key in self._keys.values()])
