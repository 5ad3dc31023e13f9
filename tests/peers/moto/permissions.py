"""What AWS refuses and moto does not: missing roles, keys of others, and chosen operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse
from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.kms.responses import KmsResponse
from moto.sts.responses import TokenResponse

JSON_SERVICES = {"kms", "organizations", "logs", "route53domains", "route53resolver"}


class AccessDenied(ServiceException):
    """A refusal, with the code that the service's protocol gives it."""


denied: set[tuple[str, str]] = set()


def deny(account: str, operation: str) -> None:
    """Refuses an operation (as IAM names it, `route53:GetDNSSEC`) to one account from now on."""
    denied.add((account, operation))


def access_denied(response: BaseResponse, operation: str) -> Any:
    """AccessDenied in the form of the service's protocol."""
    service, _, _ = operation.partition(":")
    code, status = ("AccessDenied", 403)
    if service in JSON_SERVICES:
        code, status = ("AccessDeniedException", 400)
    elif service == "ec2":
        code = "UnauthorizedOperation"
    caller = f"arn:aws:iam::{response.current_account}:root"
    error = AccessDenied(code, f"User: {caller} is not authorized to perform: {operation}")
    _, headers, body = response.serialized(ActionResult(error))
    headers["status"] = str(status)
    return status, headers, body


def role_exists(arn: str) -> bool:
    """Whether the IAM of the role's own account knows the role."""
    try:
        iam_backends[arn.split(":")[4]]["aws"].get_role_by_arn(arn)
    except (IndexError, NotFoundException):
        return False
    return True


def foreign_key(response: KmsResponse) -> bool:
    """Whether the request names a key of another account.

    The key policies of these tests share no key; KMS then answers AccessDeniedException.
    """
    parts = str(response._get_param("KeyId") or "").split(":")
    return len(parts) > 4 and parts[4] != response.current_account


def refused(response: BaseResponse, operation: str) -> bool:
    """Whether AWS would refuse the request that `response` is about to answer."""
    if (response.current_account, operation) in denied:
        return True
    if isinstance(response, TokenResponse) and operation == "sts:AssumeRole":
        return not role_exists(response._get_param("RoleArn"))
    return isinstance(response, KmsResponse) and foreign_key(response)


def install() -> None:
    """Puts the refusals before every action of moto."""
    call_action: Callable[[BaseResponse], Any] = BaseResponse.call_action

    def call_if_allowed(self: BaseResponse) -> Any:
        operation = f"{self.service_name}:{self._get_action()}"
        if refused(self, operation):
            return access_denied(self, operation)
        return call_action(self)

    BaseResponse.call_action = call_if_allowed
