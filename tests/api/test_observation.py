"""Every request has an id, a log line, its place in the metrics and headers that keep browsers careful."""

from __future__ import annotations

import pytest
import structlog
from structlog.testing import capture_logs

from app.domain.answers import Result
from app.services.check_health import Health
from tests.api.doubles import BOOK, IDS, JOB, URL, UseCasesDouble, an_answer, client_of

JOBS = "/api/v1/jobs/<string:job_id>"


def test_a_sane_request_id_comes_back():
    response = client_of(UseCasesDouble()).get("/healthz", headers={"X-Request-Id": "req-1/a:b"})
    assert response.headers["X-Request-Id"] == "req-1/a:b"


@pytest.mark.parametrize("given", ["", "x" * 129, "a b", "é", '"><script>'])
def test_another_request_id_is_replaced_by_one_of_ours(given):
    client = client_of(UseCasesDouble())
    made = {client.get("/nope", headers={"X-Request-Id": given}).headers["X-Request-Id"] for _ in range(2)}
    assert len(made) == 2
    assert given not in made


def test_the_request_id_is_in_every_log_line_of_the_request():
    seen = {}

    class Looking(UseCasesDouble):
        def manage_appointment(self, request):
            seen.update(structlog.contextvars.get_contextvars())
            return super().manage_appointment(request)

    structlog.contextvars.bind_contextvars(left_over="from an earlier request of this thread")
    client_of(Looking()).post(URL, json=BOOK, headers={"X-Request-Id": "req-7"})
    assert seen == {"request_id": "req-7"}


def test_one_line_is_logged_for_a_request_and_it_has_nothing_of_the_attendee():
    with capture_logs() as logs:
        client_of(UseCasesDouble(answer=an_answer(Result.SLOT_TAKEN))).post(URL, json=BOOK | {"notes": "Left knee"})
    (entry,) = logs
    assert entry["event"] == "request_answered"
    assert (entry["endpoint"], entry["action"], entry["status"], entry["result"]) == (URL, "book", 422, "slot_taken")
    assert not [word for word in ("Alex", "alex@", "knee") if word in str(entry)]


def test_requests_are_counted_by_what_became_of_them():
    use_cases = UseCasesDouble()
    client = client_of(use_cases)
    client.post(URL, json=BOOK)
    client.post(URL, json={"action": "cancel", **IDS})
    client.get(f"/api/v1/jobs/{JOB}")
    client.get("/somewhere/else")
    numbers = client.get("/metrics").get_data(as_text=True)
    for line in (
        f'ringbook_http_requests_total{{action="book",endpoint="{URL}",result="booked",status="200"}} 1.0',
        f'ringbook_http_requests_total{{action="cancel",endpoint="{URL}",result="invalid",status="400"}} 1.0',
        f'ringbook_http_requests_total{{action="",endpoint="{JOBS}",result="unknown_job",status="404"}} 1.0',
        'ringbook_http_requests_total{action="",endpoint="unmatched",result="no_route",status="404"} 1.0',
        f'ringbook_http_request_seconds_count{{action="book",endpoint="{URL}"}} 1.0',
        'ringbook_jobs{status="queued"} 3.0',
        'ringbook_jobs_ended_total{result="slot_taken",status="failed"} 7.0',
        "ringbook_oldest_due_seconds 1.5",
        'ringbook_up{part="redis"} 1.0',
        'ringbook_calcom_budget_left{account="acc_1"} 73.0',
        'ringbook_calcom_breaker_open{account="acc_1"} 1.0',
    ):
        assert line in numbers.splitlines()
    for word in (JOB, "somewhere", "Alex", IDS["org_id"]):
        assert word not in numbers


def test_metrics_are_given_while_the_database_is_away():
    client = client_of(UseCasesDouble(health=Health(database=False, redis=False)))
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response.content_type.startswith("text/plain; version=0.0.4")
    assert 'ringbook_up{part="database"} 0.0' in response.get_data(as_text=True)


@pytest.mark.parametrize(
    ("health", "status", "word"),
    [
        (Health(database=True, redis=True, oldest_due_seconds=0.25), 200, "ready"),
        (Health(database=True, redis=False, oldest_due_seconds=0.25), 200, "degraded"),
        (Health(database=False, redis=True), 503, "unavailable"),
    ],
)
def test_readiness_is_that_of_the_database(health, status, word):
    response = client_of(UseCasesDouble(health=health)).get("/readyz")
    assert response.status_code == status
    assert response.json == {
        "status": word,
        "database": health.database,
        "redis": health.redis,
        "oldest_due_seconds": health.oldest_due_seconds,
    }


def test_the_process_is_alive_whatever_else_is_not():
    response = client_of(UseCasesDouble(health=Health(database=False, redis=False))).get("/healthz")
    assert (response.status_code, response.json) == (200, {"status": "alive"})


@pytest.mark.parametrize("path", ["/healthz", "/nope", URL, "/openapi.json", "/metrics"])
def test_answers_tell_browsers_to_be_careful(path):
    headers = client_of(UseCasesDouble()).get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Permissions-Policy"] == "camera=(), geolocation=(), microphone=()"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Server" not in headers


def test_a_service_without_https_does_not_ask_for_it():
    headers = client_of(UseCasesDouble(), public_url="http://127.0.0.1:8000").get("/healthz").headers
    assert "Strict-Transport-Security" not in headers
