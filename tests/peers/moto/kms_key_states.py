"""GetPublicKey as KMS has it: refused for a key that is disabled or pending deletion.

Source: the KMS Developer Guide, "Key states of AWS KMS keys".
"""

from __future__ import annotations

from typing import Any

from moto.core.exceptions import ServiceException
from moto.kms.responses import KmsResponse


class KeyStateError(ServiceException):
    """The refusal of an operation that the state of the key does not allow."""


def install() -> None:
    """Looks at the state of the key before moto answers GetPublicKey."""
    answer = KmsResponse.get_public_key

    def get_public_key(self: KmsResponse) -> Any:
        key_id = self._get_param("KeyId")
        self._validate_key_id(key_id)
        key = self.kms_backend.describe_key(self.kms_backend.get_key_id(key_id))
        if key.key_state == "Disabled":
            raise KeyStateError("DisabledException", f"{key.arn} is disabled.")
        if key.key_state == "PendingDeletion":
            raise KeyStateError("KMSInvalidStateException", f"{key.arn} is pending deletion.")
        return answer(self)

    KmsResponse.get_public_key = get_public_key
