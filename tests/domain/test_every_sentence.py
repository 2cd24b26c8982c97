"""Every sentence keeps row 9 of the contract, names true times only, and never sounds done when it is not."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.domain.answers import Answer, Result
from app.domain.appointments import Action
from app.domain.speech import languages, sentence
from app.domain.times import zone_info
from tests.domain.listener import heard_times, meant
from tests.domain.row_nine import DONE, breaks_row_9
from tests.domain.strategies import changes

ACTIONS = (None, *Action)
TRULY_DONE = {Result.BOOKED, Result.CANCELLED, Result.ALREADY_CANCELLED}

Case = tuple[datetime, dict[str, Any]]


@pytest.mark.parametrize("action", ACTIONS)
@settings(max_examples=40, deadline=None)
@given(case=changes(), language=st.sampled_from([*languages(), "xx"]))
def test_every_sentence_keeps_row_9(action: Action | None, case: Case, language: str) -> None:
    now, rest = case
    for result in Result:
        text = sentence(Answer(result=result, action=action, language=language, **rest), now)
        assert breaks_row_9(text) == [], text


@pytest.mark.parametrize("language", languages())
@settings(max_examples=60, deadline=None)
@given(case=changes(), action=st.sampled_from(ACTIONS))
def test_every_time_said_is_one_of_the_answer(language: str, case: Case, action: Action | None) -> None:
    now, rest = case
    rest["agent_name"] = "Dr. Rivera"
    known = [*rest["openings"], *(item.starts_at for item in rest["appointments"])]
    known += [rest["starts_at"]] if rest["starts_at"] else []
    today = now.astimezone(zone_info(rest["zone"])).date()
    for result in Result:
        text = sentence(Answer(result=result, action=action, language=language, **rest), now)
        for heard in heard_times(text, language):
            assert meant(heard, known, rest["zone"], today), (text, heard)


@pytest.mark.parametrize("language", languages())
@settings(max_examples=60, deadline=None)
@given(case=changes())
def test_suggest_names_exactly_the_options(language: str, case: Case) -> None:
    now, rest = case
    rest["openings"] = rest["openings"][:3]
    assume(rest["openings"])
    today = now.astimezone(zone_info(rest["zone"])).date()
    text = sentence(Answer(result=Result.OPENINGS, action=Action.SUGGEST, language=language, **rest), now)
    heard = heard_times(text, language)
    assert len(heard) == len(rest["openings"]), text
    assert all(any(meant(one, [opening], rest["zone"], today) for one in heard) for opening in rest["openings"])


@pytest.mark.parametrize("language", languages())
@settings(max_examples=30, deadline=None)
@given(case=changes(), action=st.sampled_from(ACTIONS))
def test_nothing_sounds_done_that_is_not(language: str, case: Case, action: Action | None) -> None:
    now, rest = case
    rest["agent_name"] = "Booked Confirmed"
    for result in set(Result) - TRULY_DONE:
        text = sentence(Answer(result=result, action=action, language=language, **rest), now)
        assert not DONE.search(text), text


@pytest.mark.parametrize(
    "text",
    [
        "Booked for 2026-03-20.", "See https://a.example now.", "Three. Short. Ones.", "Your id is appt_12.", "No end",
        "At 3 PM EST.", "Use **bold**.", "SLOT_TAKEN.", "Two\nlines.", "x" * 241 + ".", "", "lower case.",
        "Code 7f3a9c.", "At 9\u202fAM.", "At +05:30.", "Twice  blank.",
    ],
)  # fmt: skip
def test_the_checker_finds_what_it_is_for(text: str) -> None:
    assert breaks_row_9(text)


@pytest.mark.parametrize("text", ["I have 2 openings. Shall I book one?", "Am Dienstag, dem 1. Dezember um 9 Uhr."])
def test_the_checker_lets_a_good_sentence_pass(text: str) -> None:
    assert breaks_row_9(text) == []
