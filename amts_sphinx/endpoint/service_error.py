"""What the service refuses, in the codes that its clients test for."""

from __future__ import annotations

from typing import Any


class ServiceError(Exception):
    """A request is refused; the client is told why."""

    def __init__(self, message: str, *, code: str, **members: Any) -> None:
        """Refuse.

        :param code: the name of the error
        :param members: what the error's shape has beside its message
        """
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.members = members
        #: The HTTP status; 0 is the usual one of the code.
        self.status = 0
        #: Of the reply, beside the usual.
        self.headers: tuple[tuple[str, str], ...] = ()


def invalid_request(message: str) -> ServiceError:
    """Return the error of a request that contradicts itself or the documentation."""
    return ServiceError(message, code="InvalidRequestException")


def invalid_parameter(message: str) -> ServiceError:
    """Return the error of a value that is not among those allowed."""
    return ServiceError(message, code="InvalidParameterValueException")


def not_found(what: str) -> ServiceError:
    """Return the error of a name that nothing has."""
    return ServiceError(f"{what} does not exist.", code="ResourceNotFoundException")


def limit_exceeded(message: str) -> ServiceError:
    """Return the error of a quota that is used up."""
    return ServiceError(message, code="LimitExceededException")
