"""No log line shows who booked or with which key, whatever was logged and however."""

from __future__ import annotations

import io
import json
import logging
import re
import time

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from config.logs import configure_logging, json_formatter
from config.redaction import HIDDEN, PATTERNS, SUSPECT, is_private, scrub

SEPARATORS = st.sampled_from(["", " ", "-", ".", "/", " (", ") "])
EMAILS = st.emails()
KEYS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789_-", min_size=8, max_size=40).map(
    lambda key: f"cal_{key}"
)
AROUND = st.text(st.characters(codec="utf-8", exclude_characters='\\"'), max_size=20)


@st.composite
def phones(draw: st.DrawFn) -> str:
    """E.164 numbers, 7 to 15 digits, written the ways people write them."""
    digits = draw(st.text("0123456789", min_size=7, max_size=15))
    return "+" + "".join(digit + draw(SEPARATORS) for digit in digits[:-1]) + digits[-1]


@pytest.fixture(autouse=True)
def restored_logging():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines_of(log) -> list[str]:
    """What the real pipeline writes while `log(structlog logger, stdlib logger)` runs."""
    stream = io.StringIO()
    configure_logging("test", "DEBUG")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(json_formatter("test"))
    logging.getLogger().handlers[:] = [handler]
    log(structlog.get_logger("ours"), logging.getLogger("theirs"))
    return stream.getvalue().splitlines()


def log_everywhere(secret: str, before: str, after: str):
    text = f"{before} {secret} {after}"

    def log(ours, theirs):
        ours.info("booking_refused", answer=text, nested={"list": [text, {"deep": text}]}, raw=secret.encode())
        ours.info(text)
        theirs.warning("refused: %s and %r", text, {"a": secret})
        try:
            raise ValueError(text)
        except ValueError:
            ours.exception("call_failed")
            theirs.exception("failed with %s", secret)

    return log


@given(secret=st.one_of(EMAILS, phones(), KEYS), before=AROUND, after=AROUND)
def test_nothing_that_looks_like_an_address_a_number_or_a_key_survives(secret, before, after):
    lines = lines_of(log_everywhere(secret, before, after))
    assert len(lines) == 5
    for line in lines:
        assert isinstance(json.loads(line), dict)
        assert secret not in line
        assert secret not in json.dumps(json.loads(line), ensure_ascii=False)
        assert squeezed(secret) not in squeezed(line)


def squeezed(text: str) -> str:
    """Without separators, so that a number that merely lost its spaces is found too."""
    return re.sub(r"[ ().\-/]", "", text)


@given(value=st.one_of(st.text(min_size=1), st.integers(min_value=1), st.lists(st.text(), min_size=1)))
def test_private_keys_never_show_their_value_at_any_depth(value):
    (line,) = lines_of(lambda ours, _: ours.info("x", attendee_name=value, inner=[{"Notes": value}], api_key=value))
    shown = json.loads(line)
    assert (shown["attendee_name"], shown["api_key"], shown["inner"]) == (HIDDEN, HIDDEN, [{"Notes": HIDDEN}])


@pytest.mark.parametrize(
    "key", ["name", "email", "attendeeEmail", "X-Api-Key", "phone_number", "notes", "Authorization", "secret_keys"]
)
def test_keys_of_people_and_secrets_are_private(key):
    assert is_private(key)


@pytest.mark.parametrize("key", ["job_id", "request_id", "agent_name", "monkey", "status", "event", "hostname"])
def test_keys_of_facts_are_not(key):
    assert not is_private(key)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T10:00:00.123456+00:00",
        "2026-11-22 10:00:00+05:30",
        "job 019d1fdb-98e9-7c87-86c7-321e2fa98733 of appt_123 took 1250 ms",
        "http://127.0.0.1:8001/v2/bookings?take=250",
        "Task appointments.execute[1268c1f0-19f3-47db-aefb-c16a7c3ace6e] succeeded in 0.0123456789s",
    ],
)
def test_times_ids_and_addresses_of_machines_stay_readable(text):
    assert scrub(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("call 415-555-2671 or (415) 555 2671", "call [phone] or [phone]"),
        ("number 14155552671 and 0044 20 7946 0958", "number [phone] and [phone]"),
        ("postgresql://ring:book@localhost/x", "postgresql://[login]@localhost/x"),
        ("Authorization: Bearer eyJhbGciOi.x.y", "Authorization: Bearer [key]"),
        ('{"email":"ada@example.com","id":7}', '{"email":"[email]","id":7}'),
    ],
)
def test_numbers_and_logins_in_other_spellings_go_too(text, shown):
    assert scrub(text) == shown


@pytest.mark.parametrize("piece", ["a@", "@a.", "+1 ", "//", "0 ", "cal_", "((", "a.b", "Bearer "])
def test_a_long_hostile_text_takes_no_time(piece):
    began = time.perf_counter()
    scrub(piece * 30_000)
    assert time.perf_counter() - began < 8  # time that grows with the square of the length would be minutes


def test_every_line_says_when_where_and_about_what():
    def log(ours, theirs):
        with structlog.contextvars.bound_contextvars(request_id="req_1", job_id="job_1"):
            ours.info("job_finished", attempts=2)
            theirs.info("connected")

    first, second = map(json.loads, lines_of(log))
    assert first.pop("timestamp").endswith("Z")
    assert first == {
        "event": "job_finished",
        "level": "info",
        "logger": "ours",
        "process": "test",
        "request_id": "req_1",
        "job_id": "job_1",
        "attempts": 2,
    }
    assert (second["event"], second["logger"], second["job_id"]) == ("connected", "theirs", "job_1")


def test_a_value_that_cannot_be_written_as_json_does_not_lose_the_line():
    (line,) = lines_of(lambda ours, _: ours.info("odd", value=object(), keys_of={1: {2, 3}}))
    assert json.loads(line)["value"].startswith("<object")


def test_rows_in_the_databases_error_texts_are_left_out():
    text = 'null value in column "id"\nDETAIL:  Failing row contains (job_1, {"attendee": {"name": "Jane Doe"}}).'
    assert "Jane" not in scrub(text)
    assert "null value" in scrub(text)


PIECES = [
    "DETAIL",
    "Failing row contains",
    "Key (a)=",
    "a",
    "@",
    "//",
    "b.c",
    "Bearer ",
    "bEARER\t",
    "cal_",
    "rbk_x",
    "+",
]


@given(st.lists(st.sampled_from([*PIECES, "1", "555", "0044", "-", " ", "(", ")", "."]), max_size=12).map("".join))
def test_what_is_let_through_by_one_look_has_nothing_in_it(text):
    assert SUSPECT.search(text) or not any(pattern.search(text) for pattern, _ in PATTERNS)
