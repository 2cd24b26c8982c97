"""Shows whom something is for to those who need not know: enough to tell people apart, too little to reach them."""

from __future__ import annotations

import phonenumbers

from app.domain.privacy import ERASED


def masked_name(name: str) -> str:
    """Initials."""
    return name if name == ERASED else " ".join(f"{word[0].upper()}." for word in name.split())


def masked_email(email: str) -> str:
    """The first letter, and where."""
    person, at, host = email.rpartition("@")
    return f"{person[:1]}***{at}{host}" if at else "***" * bool(email)


def masked_phone(phone: str) -> str:
    """Its country code and last four digits."""
    if not phone:
        return ""
    try:
        country = f"+{phonenumbers.parse(phone).country_code} "
    except phonenumbers.NumberParseException:
        country = ""
    return f"{country}*** {phone[-4:]}"


def masked_contact(contact: str) -> str:
    """An e-mail address or a phone number."""
    return masked_email(contact) if "@" in contact else masked_phone(contact)
