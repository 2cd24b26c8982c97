"""The attendee languages Cal.com knows, and which of them fits a language tag."""

from __future__ import annotations

# fmt: off
CODES = (
    "ar", "ca", "de", "es", "eu", "he", "id", "ja", "lv", "pl", "ro", "sr", "th", "vi", "az", "cs", "el",
    "es-419", "fi", "hr", "it", "km", "nl", "pt", "ru", "sv", "tr", "zh-CN", "bg", "da", "en", "et", "fr", "hu",
    "iw", "ko", "no", "pt-BR", "sk", "ta", "uk", "zh-TW", "bn",
)
# fmt: on
"""What `attendee.language` may be (the list in Cal.com's own refusal); anything else is a 400."""

_BY_TAG = {code.lower(): code for code in CODES} | {
    "iw": "he",
    "in": "id",
    "nb": "no",
    "nn": "no",
    "zh": "zh-CN",
    "zh-hans": "zh-CN",
    "zh-hant": "zh-TW",
    "zh-hk": "zh-TW",
    "zh-mo": "zh-TW",
}


def fitting(tag: str) -> str:
    """The code for a language tag ("de-AT", "pt_br"), by its longest known beginning; empty where there is none."""
    parts = tag.strip().lower().replace("_", "-").split("-")
    beginnings = ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((_BY_TAG[beginning] for beginning in beginnings if beginning in _BY_TAG), "")
