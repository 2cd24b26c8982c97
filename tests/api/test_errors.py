"""Whatever goes wrong, the answer has the contract's one shape."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from app.api.guards import Guard, guarded
from app.domain.errors import StoreUnavailableError
from tests.api.doubles import BOOK, URL, UseCasesDouble, app_of, client_of


def error_of(response):
    assert response.content_type == "application/json"
    assert response.get_json()["success"] is False
    assert response.get_json()["message"]
    assert set(response.json) == {"success", "message", "error"}
    assert set(response.get_json()["error"]) == {"code", "message", "details"}
    return response.status_code, response.get_json()["error"]["code"]


@pytest.mark.parametrize(
    "path", ["/", "/nope", "/api/v1/jobs", "/api/v1/jobs/", URL + "/", "/docs//start.js", "/docs/../x", "/%ff"]
)
def test_an_unknown_address_is_a_404(path):
    assert error_of(client_of(UseCasesDouble()).get(path)) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", URL, {"POST", "OPTIONS"}),
        ("DELETE", URL, {"POST", "OPTIONS"}),
        ("POST", "/healthz", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_a_wrong_method_is_a_405_that_says_which_are_right(method, path, allowed):
    response = client_of(UseCasesDouble()).open(path, method=method)
    assert error_of(response) == (405, "METHOD_NOT_ALLOWED")
    assert set(response.headers["Allow"].split(", ")) == allowed


def test_options_says_which_methods_there_are_and_grants_no_other_site_anything():
    response = client_of(UseCasesDouble()).options(URL, headers={"Origin": "https://evil.example"})
    assert response.status_code == 200
    assert set(response.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}
    assert not [name for name, _ in response.headers if name.startswith("Access-Control")]


def test_head_is_get_without_a_body():
    response = client_of(UseCasesDouble()).head("/healthz")
    assert (response.status_code, response.data) == (200, b"")


def test_a_missing_database_is_a_503_that_may_be_tried_again():
    with capture_logs() as logs:
        response = client_of(UseCasesDouble(refusal=StoreUnavailableError("no route to host"))).post(URL, json=BOOK)
    assert error_of(response) == (503, "OVERLOADED")
    assert response.headers["Retry-After"] == "5"
    assert "no route" not in response.get_data(as_text=True)
    assert "store_was_unavailable" in [entry["event"] for entry in logs]


def test_an_unforeseen_fault_is_logged_with_its_traceback_and_not_told():
    fault = ZeroDivisionError("what nobody foresaw")
    with capture_logs() as logs:
        response = client_of(UseCasesDouble(refusal=fault)).post(URL, json=BOOK)
    assert error_of(response) == (500, "INTERNAL_ERROR")
    assert "foresaw" not in response.get_data(as_text=True)
    (entry,) = [entry for entry in logs if entry["event"] == "request_failed"]
    assert entry["exc_info"] is fault
    assert entry["log_level"] == "error"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, (400, "INVALID_REQUEST")),
        (406, (400, "INVALID_REQUEST")),
        (429, (429, "RATE_LIMITED")),
        (500, (500, "INTERNAL_ERROR")),
        (501, (500, "INTERNAL_ERROR")),
        (503, (503, "OVERLOADED")),
    ],
)
def test_an_error_of_the_framework_is_put_into_our_words(status, expected):
    from flask import abort

    app = app_of(UseCasesDouble())
    app.add_url_rule("/broken", view_func=guarded(Guard.OPEN)(lambda: abort(status)))
    assert error_of(app.test_client().get("/broken")) == expected


def test_a_redirect_raised_as_an_exception_stays_one():
    from flask import abort, redirect

    app = app_of(UseCasesDouble())
    app.add_url_rule("/moved", view_func=guarded(Guard.OPEN)(lambda: abort(redirect("/healthz"))))
    assert app.test_client().get("/moved").status_code == 302


def test_an_error_may_be_asked_for_with_status_200():
    response = client_of(UseCasesDouble(refusal=RuntimeError())).post(URL, json=BOOK, headers={"X-Always-200": "true"})
    assert error_of(response) == (200, "INTERNAL_ERROR")
