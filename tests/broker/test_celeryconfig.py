"""Celery's options are ones that the installed Celery and kombu know, and do what is meant."""

from __future__ import annotations

import ssl
from typing import Any

import pytest
from celery import Celery
from celery.app.defaults import NAMESPACES, flatten
from celery.exceptions import QueueNotFound
from kombu import Connection, Message
from kombu.transport.redis import Channel, Transport

from config import celeryconfig
from config.queues import ROUTES, QueueName, TaskName, broker_url
from tests.support.valkey import ValkeyServer


@pytest.fixture
def app(empty_valkey: ValkeyServer) -> Celery:
    app = Celery("options-under-test", broker=broker_url(empty_valkey.url), set_as_current=False)
    app.config_from_object("config.celeryconfig")
    return app


def options_of(connection: Connection) -> dict[str, Any]:
    """What redis-py was given for this connection."""
    channel = connection.default_channel
    assert isinstance(channel, Channel)
    return dict(channel.client.connection_pool.connection_kwargs)


def fetch(connection: Connection) -> Message:
    """One message, not acknowledged yet."""
    channel = connection.default_channel
    assert isinstance(channel, Channel)
    message = channel.basic_get("live")
    assert isinstance(message, Message)
    return message


def test_celery_knows_every_option() -> None:
    known = {option[0] for option in flatten(NAMESPACES)}
    ours = {name for name in vars(celeryconfig) if name[0].islower() and name != "annotations"}

    assert ours - known == set()


def test_kombu_knows_every_transport_option() -> None:
    assert set(celeryconfig.broker_transport_options) - set(Channel.from_transport_options) == set()


def test_transport_options_reach_the_connection(app: Celery, empty_valkey: ValkeyServer) -> None:
    with app.connection_for_read() as connection:
        assert options_of(connection)["socket_timeout"] == 3
        assert options_of(connection)["health_check_interval"] == 5
        with empty_valkey.client() as client:
            assert "ringbook-worker" in {one["name"] for one in client.client_list()}


def test_a_blocking_pop_ends_before_the_socket_times_out(app: Celery) -> None:
    with app.connection_for_read() as connection:
        assert isinstance(connection.transport, Transport)
        assert connection.transport.brpop_timeout < celeryconfig.broker_transport_options["socket_timeout"]


def test_every_task_has_a_route_to_a_queue_that_exists() -> None:
    assert set(ROUTES) == {task.value for task in TaskName}
    assert {route["queue"] for route in ROUTES.values()} <= {queue.value for queue in QueueName}


def test_a_queue_nobody_declared_is_refused(app: Celery) -> None:
    with pytest.raises(QueueNotFound):
        app.send_task("appointments.execute", queue="lvie")


def test_a_task_without_a_named_queue_goes_where_its_route_says(app: Celery, empty_valkey: ValkeyServer) -> None:
    app.send_task("appointments.execute", kwargs={"job_id": "job_1"})

    with empty_valkey.client() as client:
        assert client.llen("ringbook:live") == 1


def test_nothing_is_kept_of_a_message_that_was_fetched(app: Celery, empty_valkey: ValkeyServer) -> None:
    app.send_task("appointments.execute", kwargs={"job_id": "job_1"})

    with app.connection_for_read() as connection, empty_valkey.client() as client:
        assert fetch(connection).headers["task"] == "appointments.execute"
        assert client.llen("ringbook:live") == 0
        assert not list(client.scan_iter("*unacked*"))


@pytest.mark.parametrize("told_to_stop", [False, True])
def test_a_message_that_nobody_began_is_put_back_as_it_was(app: Celery, *, told_to_stop: bool) -> None:
    """When the connection ends, or at once, as Celery does with what still comes in when it was told to stop."""
    app.send_task("appointments.execute", kwargs={"job_id": "job_1"}, headers={"request_id": "r1"})

    with app.connection_for_read() as connection:
        before = fetch(connection)
        if told_to_stop:
            before.requeue()
    with app.connection_for_read() as connection:
        again = fetch(connection)
        assert (again.payload, again.headers) == (before.payload, before.headers)
        assert again.headers["request_id"] == "r1"


@pytest.mark.parametrize(
    ("redis_url", "expected"),
    [
        ("unix:///run/v.sock?db=0", "redis+socket:///run/v.sock?virtual_host=0"),
        ("unix:///run/v.sock", "redis+socket:///run/v.sock?virtual_host=0"),
        ("unix://:secret@/run/v.sock?db=3", "redis+socket://:secret@/run/v.sock?virtual_host=3"),
        ("redis://:secret@host:6380/2", "redis://:secret@host:6380/2"),
        ("rediss://host:6380/2", "rediss://host:6380/2?ssl_cert_reqs=required"),
        ("rediss://host:6380/2?ssl_cert_reqs=none", "rediss://host:6380/2?ssl_cert_reqs=none"),
    ],
)
def test_addresses_are_spelled_as_kombu_wants_them(redis_url: str, expected: str) -> None:
    assert broker_url(redis_url) == expected


def test_an_encrypted_broker_must_show_a_certificate() -> None:
    connection = Connection(broker_url("rediss://host:6380/2"))

    assert connection.ssl == {"ssl_cert_reqs": ssl.CERT_REQUIRED}


def test_the_database_of_a_socket_is_the_one_asked_for(empty_valkey: ValkeyServer) -> None:
    with Connection(broker_url(empty_valkey.url.replace("db=0", "db=3"))) as connection:
        assert options_of(connection)["db"] == 3
