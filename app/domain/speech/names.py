"""Whether an agent's name can be said inside a sentence: it is free text and may be anything."""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 40
_SHORT_FORM = re.compile(r"\b([^\W\d_]{1,4})\.(?=\s|$)")
"""Such as the "Dr." of "Dr. Rivera": the full stop would sound, and count, as the end of a sentence."""

_SHOUTED = re.compile(r"[A-Z]{2,}")
"""Codes, abbreviations and time zones; "MD" and the like go with them, for the name is only an ornament."""


def speakable_name(name: str) -> str:
    """The name without what cannot be spoken, or "" where the sentence is better without it."""
    text = " ".join(unicodedata.normalize("NFKC", name).split())
    text = _SHORT_FORM.sub(r"\1", text)
    fits = 0 < len(text) <= _LONGEST and not _SHOUTED.search(text) and all(map(_is_word, text.split()))
    return text if fits else ""


def _is_word(word: str) -> bool:
    """Letters with their marks; hyphens and apostrophes only between them."""
    letters = re.split(r"['’-]", word)
    return all(part and all(unicodedata.category(letter)[0] in "LM" for letter in part) for part in letters)
