"""The catalogues hold the same texts, each with the facts its id promises: a language is data only."""

import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from app.domain import speech
from app.domain.answers import Result
from app.domain.speech.catalogue import catalogue

FOLDER = Path(speech.__file__).parents[1] / "locale"


def entries(language: str) -> dict[tuple[str, str], tuple[str, ...]]:
    with (FOLDER / f"{language}.po").open("rb") as file:
        found = read_po(file, locale=language, abort_invalid=True)
    return {
        (entry.context or "", entry.id if isinstance(entry.id, str) else entry.id[0]): (
            (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ())
        )
        for entry in found
        if entry.id
    }


def test_there_are_two_languages() -> None:
    assert speech.languages() == ("de", "en")


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_result_has_a_sentence_a_summary_and_a_message_that_need_no_facts(language: str) -> None:
    texts = entries(language)
    missing = [
        (context, result)
        for context in ("sentence", "summary", "message")
        for result in Result
        if (context, result.value) not in texts
    ]
    assert missing == []


def test_both_languages_have_the_same_texts_and_plural_forms() -> None:
    german, english = entries("de"), entries("en")
    assert german.keys() == english.keys()
    assert {key for key in german if len(german[key]) != len(english[key])} == set()


@pytest.mark.parametrize("language", ["de", "en"])
def test_no_text_is_empty_or_uses_a_fact_its_id_does_not_name(language: str) -> None:
    for (context, msgid), forms in entries(language).items():
        needs = set(msgid.split(" ")[1:])
        for form in forms:
            assert form, (context, msgid)
            used = {name for _, name, _, _ in string.Formatter().parse(form) if name}
            assert context == "pattern" or used <= needs, (context, msgid)


def test_a_text_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError, match="no such"):
        catalogue("en").text("sentence", "no such")
