"""`ringbook up`: every process on this machine under one supervisor, from an empty directory to a first booking."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

import click

from app.cli.child import Program
from app.cli.embedded import check_ports, hold_data_dir, sandbox, valkey
from app.cli.links import show_links
from app.cli.readiness import answers_ok
from app.cli.stop_signals import StopSignals
from app.cli.supervisor import StartError, StopRequestedError, Supervisor
from app.cli.terminal import Terminal
from config.queues import WORKER_QUEUES, QueueName
from config.settings import Settings, load_settings


@click.command()
@click.option("--demo/--no-demo", "with_demo", default=True, help="Book an appointment once everything runs.")
def up(with_demo: bool) -> None:
    """Start everything on this machine and keep it running until Ctrl-C.

    What the settings name (DATABASE_URL, REDIS_URL, CALCOM_BASE_URL) is used from there; the rest is embedded.
    """
    settings = load_settings()
    terminal = Terminal()
    with hold_data_dir(settings), StopSignals() as signals:
        check_ports(settings)
        supervisor = Supervisor(signals=signals, say=terminal.say_done, log_dir=settings.data_dir / "logs")
        try:
            sys.exit(_serve(settings, supervisor, terminal, with_demo=with_demo))
        except StartError as error:
            terminal.say(str(error), style="red")
            sys.exit(1)
        except StopRequestedError:
            sys.exit(0)
        finally:
            terminal.say("\nStopping ...")
            supervisor.stop()
            terminal.say("Stopped; nothing is left running.")


def _serve(settings: Settings, supervisor: Supervisor, terminal: Terminal, *, with_demo: bool) -> int:
    terminal.say(f"Ringbook keeps its data and logs in {settings.data_dir}")
    start_all(settings, supervisor)
    if with_demo and settings.embedded_calcom:
        _show_demo(settings, supervisor, terminal)
    else:
        show_links(terminal, settings.local_url)
    terminal.say("\nRunning. Press Ctrl-C to stop.", style="bold")
    return 0 if supervisor.watch() else 1


def start_all(settings: Settings, supervisor: Supervisor) -> None:
    """Start what is needed, in the order of need; the web server comes last and stops first.

    The database is made ready beside the servers, and filled beside those who work on it: they take seconds to load.
    """
    servers = [valkey(settings)] if settings.embedded_redis else []
    servers += [sandbox(settings)] if settings.embedded_calcom else []
    supervisor.start(*servers, meanwhile=_command("migrate"))
    consumers = worker(settings), webhooks(settings)
    for program in consumers:
        settings.ready_file(program.name).unlink(missing_ok=True)
    supervisor.start(*consumers, scheduler(), web(settings), meanwhile=_command("setup", shown=True))


def web(settings: Settings) -> Program:
    place = urlsplit(settings.local_url)
    return Program(
        name="web",
        command=(sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn"),
        ready=lambda: answers_ok(place.hostname or "", settings.port, "/readyz"),
        ready_within=60.0,
        stop_within=35.0,  # longer than gunicorn's graceful_timeout, which is longer than a caller may wait
    )


def worker(settings: Settings) -> Program:
    """Stopping takes as long as a call to Cal.com that is under way, and the look after it if it got no answer."""
    return _consumer(settings, "worker", WORKER_QUEUES, threads=settings.worker_threads, stop_within=60.0)


def webhooks(settings: Settings) -> Program:
    """A process of its own: however many receivers hang, no booking waits for a thread. Stopping takes one request."""
    return _consumer(settings, "webhooks", (QueueName.WEBHOOKS,), threads=settings.webhook_threads, stop_within=20.0)


def _consumer(settings: Settings, name: str, queues: Sequence[str], *, threads: int, stop_within: float) -> Program:
    celery = (sys.executable, "-m", "celery", "-A", "workers.celery_app", "worker", "-n", f"{name}@%h")
    pool = ("-c", str(threads), "-Q", ",".join(queues))
    flags = ("--without-gossip", "--without-mingle", "-l", settings.log_level)
    return Program(
        name=name,
        command=(*celery, *pool, *flags),
        # A broker of one's own may be away, and the worker waits for it: then nothing says that it is ready.
        ready=settings.ready_file(name).exists if settings.embedded_redis else None,
        ready_within=60.0,
        stop_within=stop_within,
    )


def scheduler() -> Program:
    return Program(name="scheduler", command=(sys.executable, "-m", "workers.scheduler"))


def _command(*words: str, shown: bool = False) -> Program:
    """One of our own commands, in a process of its own: so the supervisor stays small and has one thread."""
    return Program(
        name=words[0], command=(sys.executable, "-m", "app.cli.main", *words), ready_within=120.0, shown=shown
    )


def _show_demo(settings: Settings, supervisor: Supervisor, terminal: Terminal) -> None:
    try:
        supervisor.run(_command("demo", "--url", settings.local_url, shown=True))
    except StartError as error:
        terminal.say(f"{error}. Ringbook goes on serving.", style="red")
