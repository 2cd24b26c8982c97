"""A language's texts and date patterns, read from `app/domain/locale/*.po`: a new language is a new file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations
from importlib.resources import files
from io import BytesIO

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FALLBACK = "en"
_FOLDER = files("app.domain") / "locale"


@dataclass(frozen=True, slots=True)
class Variant:
    """One wording of a text. Its message id is the key, then the names of the facts it needs."""

    msgid: str
    needs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The texts of one language, by context ("sentence", "summary", "message", "phrase", "pattern", "label") and id."""

    locale: Locale
    texts: GNUTranslations
    wordings: Mapping[tuple[str, str], tuple[Variant, ...]]

    def text(self, context: str, msgid: str, number: int = 1) -> str:
        """The text as it stands in the catalogue, in the plural form for `number`. Raises KeyError if it has none."""
        found = self.texts.npgettext(context, msgid, msgid, number)
        if found == msgid:
            found = self.texts.pgettext(context, msgid)
        if found == msgid:
            raise KeyError(f"{self.locale}: {context} {msgid}")
        return found

    def variants(self, context: str, key: str) -> tuple[Variant, ...]:
        """The wordings of a key, those that say most first; none if the catalogue does not have it."""
        return self.wordings.get((context, key), ())


@cache
def languages() -> tuple[str, ...]:
    """The languages there are catalogues for."""
    return tuple(sorted(entry.name.removesuffix(".po") for entry in _FOLDER.iterdir() if entry.name.endswith(".po")))


def catalogue(language: str) -> Catalogue:
    """The catalogue for a language tag such as "de" or "de-AT"; English where there is none."""
    code = language.replace("_", "-").split("-")[0].lower()
    return _read(code if code in languages() else FALLBACK)


@cache
def _read(code: str) -> Catalogue:
    with (_FOLDER / f"{code}.po").open("rb") as file:
        entries = read_po(file, locale=code)
    compiled = BytesIO()
    write_mo(compiled, entries)
    compiled.seek(0)
    return Catalogue(Locale.parse(code), GNUTranslations(compiled), _wordings(entries))


def _wordings(entries: Catalog) -> dict[tuple[str, str], tuple[Variant, ...]]:
    found: dict[tuple[str, str], list[Variant]] = {}
    for entry in entries:
        if not entry.id:
            continue
        msgid = entry.id if isinstance(entry.id, str) else entry.id[0]
        key, *needs = msgid.split(" ")
        found.setdefault((entry.context or "", key), []).append(Variant(msgid, frozenset(needs)))
    return {key: tuple(sorted(group, key=lambda variant: -len(variant.needs))) for key, group in found.items()}
