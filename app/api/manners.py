"""How the agent of a request wants to be answered, for a request that is refused before its agent is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import structlog

from app.domain.answers import Answer, Result
from app.domain.errors import RefusedError, StoreUnavailableError
from app.domain.identifiers import UUID
from app.services.connect_agent import Line
from app.services.manage_appointment import ManageRequest

log = structlog.get_logger(__name__)


class Manners(NamedTuple):
    """Settings of the agent; the defaults hold where no agent is known."""

    language: str = "en"
    always_200: bool = False


PLAIN = Manners()


class AgentManners:
    """Asks the database, and where that fails remembers the agent's last answer. Nothing here raises."""

    def __init__(self, connect_agent: Callable[[str, str], Line]) -> None:
        self._connect_agent = connect_agent
        self._remembered: dict[tuple[str, str], Manners] = {}  # only of agents that exist, so there are not many

    def remember(self, request: ManageRequest, answer: Answer) -> None:
        """Note what an agent's own answer tells of its settings."""
        self._remembered[request.org_id, request.agent_id] = Manners(answer.language, answer.always_200)

    def remembered(self, document: object) -> Manners:
        """The same without asking the database: a flood that is turned away must not reach it."""
        ids = _ids(document)
        return self._remembered.get(ids, PLAIN) if ids else PLAIN

    def of(self, document: object, *, prefer_memory: bool = False) -> Manners:
        """The manners for the JSON body of a request; PLAIN unless it names an agent of an organization."""
        ids = _ids(document)
        if ids is None:
            return PLAIN
        remembered = self._remembered.get(ids)
        if prefer_memory and remembered:
            return remembered
        try:
            agent = self._connect_agent(*ids).agent
        except RefusedError as refused:
            return PLAIN if refused.result is Result.FORBIDDEN else remembered or PLAIN
        except StoreUnavailableError:
            return remembered or PLAIN
        except Exception:  # the answer in hand goes out all the same
            log.exception("agent_was_not_read")
            return remembered or PLAIN
        return Manners(agent.language, agent.always_200)


def _ids(document: object) -> tuple[str, str] | None:
    """Organization and agent as the body names them."""
    if not isinstance(document, dict):
        return None
    org_id, agent_id = (str(document.get(name, "")).strip().lower() for name in ("org_id", "agent_id"))
    return (org_id, agent_id) if UUID.match(org_id) and UUID.match(agent_id) else None
