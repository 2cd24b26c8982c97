"""What is written down in two places says the same in both, and some words appear nowhere."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from app.calcom.transport import TimeLimits
from app.cli.child import Program
from app.cli.embedded import sandbox
from app.cli.main import COMMANDS
from app.cli.up import scheduler, web, webhooks, worker
from config import celeryconfig
from config.queues import QueueName
from config.settings import NAMES, load_settings
from tests.architecture.source_files import ROOT, modules, name_of, tracked

README = ROOT / "README.md"
TEXTS = (README, ROOT / "Procfile", ROOT / "config" / "env.example")
PROCFILE = dict(
    line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines() if line and not line.startswith("#")
)
FOREIGN = re.compile(r"(?<![\w.~-])/(?:work|root|home|opt|Users)/\w+|cal_(?:live_)?[0-9a-f]{32}")
"""Paths of one machine, and keys in the shape Cal.com gives them out."""

COMMANDS_IN_TEXT = re.compile(r"(?:\bringbook|app\.cli\.main) ([a-z]+)\b")


def words_of(process: str) -> list[str]:
    """The command of a Procfile line, variables replaced by their defaults."""
    return shlex.split(re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", PROCFILE[process]))


def test_the_procfile_starts_every_process_in_place_of_its_shell():
    assert list(PROCFILE) == ["release", "web", "worker", "webhooks", "scheduler", "sandbox"]
    assert all(words_of(process)[0] == "exec" for process in PROCFILE)


def test_every_queue_is_consumed_by_one_process_and_events_by_one_of_their_own():
    worker, webhooks = words_of("worker"), words_of("webhooks")
    assert webhooks[webhooks.index("-Q") + 1] == QueueName.WEBHOOKS
    consumed = {*worker[worker.index("-Q") + 1].split(","), QueueName.WEBHOOKS}
    assert consumed == {queue.value for queue in QueueName}


@pytest.mark.parametrize("process", ["web", "worker", "webhooks", "scheduler", "sandbox"])
def test_the_procfile_and_the_supervisor_start_the_same_commands(process):
    settings = load_settings({}, dotenv=ROOT / "none")
    programs: dict[str, Program] = {
        "web": web(settings),
        "worker": worker(settings),
        "webhooks": webhooks(settings),
        "scheduler": scheduler(),
        "sandbox": sandbox(settings),
    }
    supervised = list(programs[process].command[1:])
    if process == "sandbox":
        supervised = supervised[: supervised.index("--state")]  # on a host of its own it starts empty
    assert words_of(process)[2:] == supervised


def test_a_worker_is_given_time_for_a_write_and_the_look_after_it():
    limits = TimeLimits()
    given = worker(load_settings({}, dotenv=ROOT / "none")).stop_within
    assert limits.write_total + limits.look_total <= celeryconfig.worker_soft_shutdown_timeout < given


def test_the_readme_names_every_setting():
    text = README.read_text(encoding="utf-8")
    assert [name for name in NAMES if f"`{name}`" not in text] == []


def test_no_file_holds_a_path_of_one_machine_or_a_real_key():
    found = {name_of(path): FOREIGN.findall(text_of(path)) for path in tracked()}
    assert len(found) > 100
    assert {name: words for name, words in found.items() if words} == {}


def test_without_git_the_same_modules_are_looked_at(monkeypatch, tmp_path):
    with_git = modules("app", "config", "workers")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert modules("app", "config", "workers") == with_git
    assert README in tracked()


def text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""  # an image or the like


def test_every_command_that_a_text_names_exists():
    named = {
        command: name_of(path)
        for path in [*modules("app", "config", "workers"), *TEXTS]
        for command in COMMANDS_IN_TEXT.findall(path.read_text(encoding="utf-8"))
    }
    assert {command: place for command, place in named.items() if command not in COMMANDS} == {}
