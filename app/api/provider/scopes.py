"""Which organization a request is about, and whether its key reaches that far."""

from __future__ import annotations

from app.api.guards import current_scope
from app.domain.answers import REQUIRED, Result
from app.domain.errors import ForbiddenError, RefusedError, UnknownNameError


def organization_meant(asked: str | None) -> str:
    """The organization a request names; a key of one organization need not name it. Raises RefusedError.

    Raises ForbiddenError for another organization than that of the key, whether it exists or not.
    """
    scope = current_scope()
    if asked:
        scope.check(asked)
        return asked
    if scope.org_id is None:
        raise RefusedError(Result.INVALID, fields={"org_id": REQUIRED})
    return scope.org_id


def organizations_meant(asked: str | None) -> str | None:
    """The same for lists: None, for an admin, means all of them."""
    return None if asked is None and current_scope().is_admin else organization_meant(asked)


def check_reach(org_id: str) -> None:
    """Raises UnknownNameError, as if there were nothing, where what was found belongs to another organization."""
    if not current_scope().covers(org_id):
        raise UnknownNameError


def check_admin_alone(wanted: object) -> None:
    """Raises ForbiddenError where a setting that is an admin's comes with another key."""
    if wanted is not None and not current_scope().is_admin:
        raise ForbiddenError
