"""What keeps `ringbook up` from starting is said in one line, before anything was started."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli.embedded import PreconditionError, check_ports, hold_data_dir, valkey
from app.cli.readiness import answers_ping
from app.cli.stop_signals import StopSignals
from app.cli.supervisor import Supervisor
from app.cli.up import worker
from config.settings import Settings, load_settings
from tests.support.waiting import eventually


def settings_for(data_dir: Path, **environ: str) -> Settings:
    return load_settings({"DATA_DIR": str(data_dir), **environ}, dotenv=Path("no.env"))


def up(cwd: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app.cli.main", "up", *arguments],
        cwd=cwd,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": "/usr/bin:/bin", **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_data_directory_is_made_private_with_keys_and_logs(tmp_path):
    place = tmp_path / "some" / "where"
    with hold_data_dir(settings_for(place)):
        assert place.stat().st_mode & 0o777 == 0o700
        assert sorted(path.name for path in place.iterdir()) == ["logs", "secret_keys", "up.lock"]
    assert len(settings_for(place).secret_keys) == 1


def test_keys_that_are_set_are_not_made_as_well(tmp_path):
    key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
    with hold_data_dir(settings_for(tmp_path, SECRET_KEYS=key)):
        assert not (tmp_path / "secret_keys").exists()


def test_a_second_start_on_the_same_directory_is_refused(tmp_path):
    settings = settings_for(tmp_path)
    with hold_data_dir(settings), pytest.raises(PreconditionError) as caught, hold_data_dir(settings):
        pass
    assert str(caught.value).startswith(f"Ringbook already runs on {tmp_path} (process ")
    with hold_data_dir(settings):
        pass  # the lock went with its holder


@pytest.mark.parametrize("place", ["file/var", "file"])
def test_a_data_directory_that_cannot_be_made_is_told(place, tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(PreconditionError, match=r"DATA_DIR .* cannot be used: "),
        hold_data_dir(settings_for(tmp_path / place)),
    ):
        pass


@pytest.mark.parametrize("name", ["PORT", "SANDBOX_PORT"])
def test_a_taken_port_is_told_with_the_setting_that_changes_it(name, taken_port, tmp_path):
    with pytest.raises(PreconditionError) as caught:
        check_ports(settings_for(tmp_path, **{"PORT": "1", name: str(taken_port)}))
    assert str(caught.value) == (
        f"Port {taken_port} on 127.0.0.1 cannot be used (Address already in use): set {name} to a free one"
    )


def test_a_worker_is_waited_for_only_where_its_broker_is_sure_to_be_there(tmp_path):
    embedded = worker(settings_for(tmp_path))
    assert embedded.ready is not None
    assert not embedded.ready()
    (tmp_path / "worker.ready").touch()
    assert embedded.ready()
    assert worker(settings_for(tmp_path, REDIS_URL="redis://redis.example:6379/0")).ready is None


def test_the_sandbox_port_does_not_matter_without_the_sandbox(taken_port, unused_port, tmp_path):
    check_ports(
        settings_for(
            tmp_path, PORT=str(unused_port), SANDBOX_PORT=str(taken_port), CALCOM_BASE_URL="https://api.cal.com/v2"
        )
    )


def test_a_host_that_is_not_ours_is_told(unused_port, tmp_path):
    with pytest.raises(PreconditionError, match=r"HOST not-a-host\.invalid is not an address of this machine"):
        check_ports(settings_for(tmp_path, HOST="not-a-host.invalid", PORT=str(unused_port)))


@pytest.mark.slow
def test_faults_are_shown_as_lines_without_a_traceback(tmp_path, taken_port):
    wrong = up(tmp_path, PORT="abc", DATABASE_URL="foo://", RINGBOOK_X="1")
    assert wrong.returncode == 2
    assert wrong.stdout == ""
    lines = wrong.stderr.splitlines()
    assert len(lines) == 4
    assert all(line.startswith("Error: ") for line in lines)
    taken = up(tmp_path, PORT=str(taken_port))
    assert taken.returncode == 1
    assert taken.stderr.splitlines() == [
        f"Error: Port {taken_port} on 127.0.0.1 cannot be used (Address already in use): set PORT to a free one"
    ]
    assert taken.stdout == ""


@pytest.mark.slow
def test_the_embedded_valkey_keeps_its_data_and_needs_no_short_path(tmp_path):
    settings = settings_for(tmp_path / ("deep" * 30))
    (settings.data_dir / "logs").mkdir(parents=True)
    path = Path(settings.redis_url.removeprefix("unix://").partition("?")[0])
    with StopSignals() as signals:
        said: list[str] = []
        supervisor = Supervisor(signals=signals, say=said.append, log_dir=settings.data_dir / "logs")
        try:
            supervisor.start(valkey(settings))
            assert ask(path, "SET kept yes") == "+OK"
            assert ask(path, "CONFIG GET maxmemory-policy").endswith("noeviction")
            assert path.stat().st_mode & 0o077 == 0
            supervisor.stop()
            assert not answers_ping(path)
            supervisor.start(valkey(settings))
            assert ask(path, "GET kept").endswith("yes")
        finally:
            supervisor.stop()
        eventually(lambda: not answers_ping(path))


def ask(path: Path, command: str) -> str:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        client.connect(str(path))
        client.sendall(command.encode() + b"\r\n")
        return client.recv(4096).decode().strip()
