"""Opens the use cases a command works with, and turns what they refuse into one line and exit code 1."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from app.domain.answers import Result
from app.domain.errors import CalendarError, NotConnectedError, RefusedError, StoreUnavailableError, UnknownNameError
from app.domain.outcomes import Failed, Outcome, RetryLater, Trace
from config.logs import configure_logging
from config.settings import load_settings

if TYPE_CHECKING:
    from app.container.operators import OperatorCases

REFUSALS = {
    Result.UPSTREAM_KEY: "Cal.com does not take this key",
    Result.NOT_CONNECTED: "Cal.com does not know this address or event type, or not with this key",
}


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where commands find the use cases; the click context may carry another one than the machine's own."""

    open: Callable[[], AbstractContextManager[OperatorCases]]


@contextmanager
def use_cases() -> Iterator[OperatorCases]:
    """The use cases, closed at the end; with `plain_errors`."""
    configure_logging("cli", "ERROR")  # to standard error: standard output is the command's own
    workplace = click.get_current_context().find_object(Workplace) or Workplace(_open_container)
    with plain_errors(), workplace.open() as container:
        yield container


@contextmanager
def plain_errors() -> Iterator[None]:
    """What goes wrong and is expected becomes a ClickException. A SettingsError is left to the command line itself."""
    try:
        yield
    except NotConnectedError as error:
        raise click.ClickException(f"{error} See: ringbook account --help.") from None
    except UnknownNameError as error:
        raise click.ClickException(str(error)) from None
    except RefusedError as error:
        raise click.ClickException(_refusal(error)) from None
    except CalendarError as error:
        raise click.ClickException(f"{_trouble(error.outcome)}. Nothing was saved.") from None
    except StoreUnavailableError as error:
        reason = str(error).partition("\n")[0]
        raise click.ClickException(f"The database cannot be used: {reason}. See: ringbook doctor.") from None


@contextmanager
def _open_container() -> Iterator[OperatorCases]:
    settings = load_settings()
    if not settings.secret_keys:
        raise click.ClickException("There is no secret key yet. Run ringbook up once: it makes one.")

    from app.container.composition import build_container  # slow to load: not needed for --help and bad usage

    container = build_container(settings)
    try:
        yield container.operators
    finally:
        container.close()


def _refusal(error: RefusedError) -> str:
    reasons = [f"{field}: {reason}" for field, reason in error.fields.items()]
    return " ".join(reasons) or f"Refused: {error.result}."


def _trouble(outcome: Outcome) -> str:
    match outcome:
        case Failed(result=result):
            said = REFUSALS.get(result, "Cal.com refused")
        case RetryLater(wait=float(wait)):
            said = f"Cal.com cannot answer now; try again in {wait:.0f} seconds"
        case RetryLater():
            said = "Cal.com cannot answer now; try again shortly"
        case _:
            said = "Cal.com gave no answer that can be used"
    return said + _evidence(outcome.trace)


def _evidence(trace: Trace) -> str:
    parts = (f"HTTP {trace.http_status}" if trace.http_status else "", trace.detail or trace.code)
    shown = ": ".join(part for part in parts if part)
    return f" ({shown})" if shown else ""
