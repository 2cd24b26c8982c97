"""Headers are read as their standards say, and what cannot be read does no harm."""

from __future__ import annotations

import pytest

from app.api.preferences import Preference, is_key, read_idempotency_key, read_preference, wants_always_200
from app.domain.errors import RefusedError


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, Preference(None, "")),
        ("wait=10", Preference(10.0, "wait=10")),
        ("wait=2.5", Preference(2.5, "wait=2.5")),
        ('Wait = "4"', Preference(4.0, "wait=4")),
        ("wait=0", Preference(0.5, "wait=0.5")),
        ("wait=999", Preference(25.0, "wait=25")),
        ("respond-async", Preference(0.0, "respond-async")),
        ("respond-async, wait=3", Preference(3.0, "respond-async, wait=3")),
        ("return=minimal; foo=bar, wait=6; x=1", Preference(6.0, "wait=6")),
        ("wait=5, wait=20", Preference(5.0, "wait=5")),
        ("wait=soon", Preference(None, "")),
        ("wait=-1", Preference(None, "")),
        ("wait=nan", Preference(None, "")),
        ("wait=١", Preference(None, "")),
        ('";,=', Preference(None, "")),
        ("wait", Preference(None, "")),
    ],
)
def test_prefer_is_read_as_rfc_7240_says(header, expected):
    assert read_preference(header, may_defer=True) == expected


def test_respond_async_means_nothing_where_there_is_nothing_to_come_back_for():
    assert read_preference("respond-async", may_defer=False) == Preference(None, "")
    assert read_preference("respond-async, wait=3", may_defer=False) == Preference(3.0, "wait=3")


@pytest.mark.parametrize("key", ["a", "call 7", "x" * 255, '"8e03978e-40d5-43dd-bc93-6894a57f9324"'])
def test_printable_keys_are_taken(key):
    assert read_idempotency_key(key) == key


@pytest.mark.parametrize("key", ["x" * 256, "é", "a\tb", "a\x00"])
def test_other_keys_are_refused_by_name(key):
    with pytest.raises(RefusedError) as refused:
        read_idempotency_key(key)
    assert refused.value.fields == {"Idempotency-Key": "must be 1 to 255 printable characters"}


def test_no_key_is_no_key():
    assert [read_idempotency_key(header) for header in (None, "", " ", "   ")] == ["", "", "", ""]
    assert not is_key(7)


@pytest.mark.parametrize(
    ("header", "wanted"),
    [("true", True), ("TRUE", True), ("1", True), ("false", False), ("", False), (None, False), ("yes please", False)],
)
def test_always_200_is_asked_for_with_true(header, wanted):
    assert wants_always_200(header) is wanted
