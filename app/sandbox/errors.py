"""The ways Cal.com says no: enveloped (Nest, validation pipe, Zod, Prisma, TRPC) and raw."""

from datetime import datetime
from typing import Any

from app.sandbox.wire import iso_ms

_NEST = {
    400: ("BadRequestException", "Bad Request"),
    401: ("UnauthorizedException", "Unauthorized"),
    403: ("ForbiddenException", "Forbidden"),
    404: ("NotFoundException", "Not Found"),
    409: ("ConflictException", "Conflict"),
    422: ("UnprocessableEntityException", "Unprocessable Entity"),
}
TRY_LATER = "There was an error, please try again later."
TOO_MANY = "CustomThrottlerGuard - Too many requests. Please try again later."


class RefusalError(Exception):
    """Ends a request with a status and one of Cal.com's error bodies."""

    def __init__(self, status: int, message: str, *, code: str | None = None, details: Any = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.details = details

    def body(self, path: str, at: datetime) -> dict[str, Any]:
        if self.code is None:
            return {"statusCode": self.status, "message": self.message}
        error = {"code": self.code, "message": self.message}
        if self.details is not None:
            error["details"] = self.details
        return {"status": "error", "timestamp": iso_ms(at), "path": path, "error": error}


def nest(status: int, message: str) -> RefusalError:
    code, reason = _NEST[status]
    return RefusalError(status, message, code=code, details={"message": message, "error": reason, "statusCode": status})


def pipe(errors: list[dict[str, Any]]) -> RefusalError:
    return RefusalError(400, "Bad Request Exception", code="BadRequestException", details={"errors": errors})


def zod(*issues: str) -> RefusalError:
    return RefusalError(400, "".join(f"{issue}, " for issue in issues), code="BAD_REQUEST")


def record_not_found() -> RefusalError:
    return RefusalError(404, "Invalid Query: The requested record was not found.", code="NOT_FOUND")


def server_trouble() -> RefusalError:
    return RefusalError(500, TRY_LATER, code="INTERNAL_SERVER_ERROR")


def trpc_bad_request() -> RefusalError:
    return RefusalError(400, "Bad request: Please check your request data and try again", code="TRPCError")


def trpc_unauthorized() -> RefusalError:
    return RefusalError(401, "You are not authorized to access this resource", code="TRPCError")


def raw(status: int, message: str) -> RefusalError:
    return RefusalError(status, message)


def throttled() -> RefusalError:
    return RefusalError(429, TOO_MANY, code="ThrottlerException", details=TOO_MANY)


def host_unavailable(*, team: bool) -> RefusalError:
    who = "One of the hosts" if team else "User"
    return nest(400, f"{who} either already has booking at this time or is not available")
