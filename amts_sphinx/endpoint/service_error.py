"""Errors of the service, with the codes that its clients test for."""

from __future__ import annotations

from typing import Any


class ServiceError(Exception):
    """The service refuses a request."""

    def __init__(
        self, message: str, *, code: str, status: int = 0, **members: Any
    ) -> None:
        """Refuse a request.

        :param code: the name of the error
        :param status: the HTTP status; 0 is the usual one of the code
        :param members: what the error's shape has beside its message
        """
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.members = members


def invalid_request(message: str) -> ServiceError:
    """Return the error of a request that contradicts itself or the documentation."""
    return ServiceError(message, code="InvalidRequestException")


def invalid_parameter(message: str) -> ServiceError:
    """Return the error of a value that is not allowed."""
    return ServiceError(message, code="InvalidParameterValueException")


def not_found(what: str) -> ServiceError:
    """Return the error of a name that does not exist."""
    return ServiceError(f"{what} does not exist.", code="ResourceNotFoundException")


def limit_exceeded(message: str) -> ServiceError:
    """Return the error of a quota that is used up."""
    return ServiceError(message, code="LimitExceededException")
