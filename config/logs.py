"""Logging of every process: one JSON object a line, with who and what it is about, and nobody's personal data."""

from __future__ import annotations

import logging
import logging.config
import sys
import threading
from types import TracebackType
from typing import Any

import structlog
from structlog.types import EventDict, Processor

from config.redaction import redact

NOISY = ("gunicorn.access", "werkzeug", "urllib3", "kombu", "amqp", "celery.worker.strategy")
"""Loggers of libraries that are heard from WARNING on: the app itself logs each request and call, with its ids, and of
a task it is enough how it ended."""


def configure_logging(process: str, level: str) -> None:
    """Send structlog and the standard library's loggers to standard error as JSON. `process`: web, worker, ...

    `request_id` and `job_id` come from structlog's context variables. May be called again; the last call holds.
    """
    logging.config.dictConfig(logging_config(process, level))
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False  # a failed log call would print its arguments, unredacted
    structlog.configure(
        processors=[*_shared(process), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,  # so that a logger taken early follows a later configuration
    )
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


def logging_config(process: str, level: str) -> dict[str, Any]:
    """The same as a dictionary for `logging.config.dictConfig`, for servers that configure logging themselves."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "config.logs.json_formatter", "process": process}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {
            **{name: {"level": "WARNING", "handlers": [], "propagate": True} for name in NOISY},
            "gunicorn.error": {"level": _never_debug(level), "handlers": [], "propagate": True},
        },
    }


def _never_debug(level: str) -> str:
    """Gunicorn would log every path, and a path says whatever the caller put there."""
    return "INFO" if level == "DEBUG" else level


def json_formatter(process: str) -> logging.Formatter:
    """Renders the events of structlog and the records of the standard library alike."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_shared(process),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.TimeStamper(fmt="iso", utc=True),  # our own: nothing in it to redact
            structlog.processors.JSONRenderer(),
        ],
    )


def _shared(process: str) -> list[Processor]:
    def add_process(_logger: object, _method: str, event: EventDict) -> EventDict:
        event["process"] = process
        return event

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.StackInfoRenderer(),
        add_process,
    ]


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("uncaught").critical("exception_uncaught", exc_info=(kind, error, trace))


def _log_uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and args.exc_type is not SystemExit:
        _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)
