"""The test server itself: it keeps its data, and does not outlive the process that started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import redis

from tests.support.valkey import ValkeyServer
from tests.support.waiting import eventually

OWNER = """
import signal
from tests.support.valkey import ValkeyServer
server = ValkeyServer()
server.start()
print(server.client().info("server")["process_id"], server.directory, flush=True)
signal.pause()
"""


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z"


def test_data_survives_a_kill_and_a_restart(own_valkey: ValkeyServer) -> None:
    with own_valkey.client() as client:
        client.set("kept", "yes")
        client.waitaof(num_local=1, num_replicas=0, timeout=10_000)  # what is younger than a second may be lost

    own_valkey.restart()

    with own_valkey.client() as client:
        assert client.get("kept") == "yes"


def test_a_frozen_server_answers_nothing_until_it_is_thawed(own_valkey: ValkeyServer) -> None:
    impatient = redis.Redis.from_url(own_valkey.url, socket_timeout=0.2, retry=None)

    own_valkey.freeze()
    with pytest.raises(redis.TimeoutError):
        impatient.ping()
    own_valkey.thaw()

    assert own_valkey.client().ping() is True


def test_the_socket_is_open_to_its_owner_only(valkey: ValkeyServer) -> None:
    assert valkey.socket.stat().st_mode & 0o777 == 0o700
    assert valkey.directory.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's death signal exists on Linux only")
def test_a_server_ends_with_the_process_that_started_it() -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        pid, directory = owner.stdout.readline().split()
        owner.send_signal(signal.SIGKILL)
    subprocess.run(["rm", "-r", directory], check=True)

    eventually(lambda: is_gone(int(pid)), what="the server ended")
