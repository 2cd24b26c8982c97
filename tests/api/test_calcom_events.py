"""The hook's endpoint: the raw body goes on as it came, nothing but a status comes back."""

from __future__ import annotations

from app.api.calcom_events import MAX_EVENT
from app.domain.answers import Result
from app.domain.errors import RefusedError, StoreUnavailableError
from tests.api.doubles import UseCasesDouble, client_of

URL = "/api/v1/calcom/webhooks/acc_1"
RAW = b' {"triggerEvent": "BOOKING_CREATED",\n "payload": {"uid": "\xc3\xa9"}} '


def test_the_body_goes_on_byte_for_byte_and_the_answer_is_empty():
    use_cases = UseCasesDouble()
    answer = client_of(use_cases).post(URL, data=RAW, headers={"X-Cal-Signature-256": "ab12"})
    assert (answer.status_code, answer.data) == (204, b"")
    assert use_cases.notices == [("acc_1", RAW, "ab12")]


def test_any_content_type_is_taken_for_templates_may_send_another():
    use_cases = UseCasesDouble()
    for kind in ("application/json", "application/x-www-form-urlencoded", "text/plain"):
        assert client_of(use_cases).post(URL, data=b"a=b", content_type=kind).status_code == 204
    assert [raw for _, raw, _ in use_cases.notices] == [b"a=b"] * 3


def test_a_refusal_tells_nothing():
    answer = client_of(UseCasesDouble(refusal=RefusedError(Result.FORBIDDEN))).post(URL, data=RAW)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (403, "FORBIDDEN")
    assert answer.get_json()["error"]["details"] == {}


def test_a_body_that_is_too_large_is_not_read():
    use_cases = UseCasesDouble()
    client = client_of(use_cases)
    assert client.post(URL, data=b"x" * MAX_EVENT).status_code == 204
    assert client.post(URL, data=b"x" * (MAX_EVENT + 1)).status_code == 413
    assert len(use_cases.notices) == 1


def test_without_a_database_it_says_so():
    answer = client_of(UseCasesDouble(refusal=StoreUnavailableError("gone"))).post(URL, data=RAW)
    assert answer.status_code == 503


def test_nothing_else_is_answered_there():
    assert client_of(UseCasesDouble()).get(URL).status_code == 405


def test_the_document_describes_it():
    document = client_of(UseCasesDouble()).get("/openapi.json").get_json()
    operation = document["paths"]["/api/v1/calcom/webhooks/{account_id}"]["post"]
    assert operation["operationId"] == "ReceiveCalcomEvent"
    assert {"204", "403", "413", "500", "503"} <= set(operation["responses"])
    assert operation["requestBody"]["required"] is True
    assert operation["security"] == [{"Signature": []}]
    assert document["components"]["securitySchemes"]["Signature"]["name"] == "X-Cal-Signature-256"
