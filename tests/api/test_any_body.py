"""Whatever is sent, the answer is one of the contract's shapes and never a 500."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.api.doubles import AGENT, BOOK, ORG, URL, UseCasesDouble, client_of

FIELDS = [*BOOK, "phone", "appointment_id", "call_session_id", "notes", "days_ahead", "timezone", "tool_call_id", "x"]

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=[]))
    | st.sampled_from(["book", "create", "cancel", "list", AGENT, ORG, "2026-03-21T10:00", "Europe/Berlin", "a@b.co"])
)
DOCUMENTS = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
REQUESTS = st.dictionaries(st.sampled_from(FIELDS), DOCUMENTS)
HEADERS = st.dictionaries(
    st.sampled_from(["Prefer", "Idempotency-Key", "X-Request-Id", "X-Caller-Secret", "X-Always-200", "Accept"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=255)),
)

USE_CASES = UseCasesDouble()
CLIENT = client_of(USE_CASES)


def check(response):
    assert response.content_type == "application/json"
    body = response.json
    assert isinstance(body["message"], str)
    if body["success"]:
        assert response.status_code == 200
        assert set(body) == {"success", "message", "data"}
    else:
        assert set(body) == {"success", "message", "error"}
        assert set(body["error"]) == {"code", "message", "details"}
        assert body["error"]["code"] in {"INVALID_REQUEST", "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"}


@settings(max_examples=100, deadline=None)
@given(body=st.binary(max_size=200) | st.text().map(str.encode), content_type=st.text(st.characters(codec="latin-1")))
def test_any_bytes_of_any_type(body, content_type):
    content_type = "".join(letter for letter in content_type if letter.isprintable()) or "application/json"
    check(CLIENT.post(URL, data=body, content_type=content_type))
    check(CLIENT.post(URL, data=body, content_type="application/json"))


@settings(max_examples=100, deadline=None)
@given(document=DOCUMENTS)
def test_any_json(document):
    check(CLIENT.post(URL, data=json.dumps(document), content_type="application/json"))


@settings(max_examples=150, deadline=None)
@given(changes=REQUESTS, headers=HEADERS)
def test_any_request(changes, headers):
    check(CLIENT.post(URL, data=json.dumps(BOOK | changes), content_type="application/json", headers=headers))


@settings(max_examples=100, deadline=None)
@given(changes=REQUESTS)
def test_what_reaches_the_use_case_can_be_stored_and_sent_on(changes):
    USE_CASES.requests.clear()
    CLIENT.post(URL, data=json.dumps(BOOK | changes), content_type="application/json")
    for request in USE_CASES.requests:
        for text in (request.name, request.notes, request.appointment_id, request.call_session_id, request.phone):
            assert "\x00" not in text
            assert text.encode() is not None
