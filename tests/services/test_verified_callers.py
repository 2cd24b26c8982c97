"""Who proves to be the organization's own platform, and what is closed to everybody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.domain.answers import Result
from app.domain.appointments import Action
from app.domain.caller_secrets import NO_PROOF, Proof, SecretKind, signature_of
from tests.services.desk import NOW, TWO_PM_TUESDAY, Desk

SECRET, OLDER = "a-long-and-random-secret", "the-secret-before-that"
BODY = b'{"action": "book"}'


def signed(secret: str = SECRET, *, ago: float = 0.0, key: str = "", body: bytes = BODY) -> Proof:
    timestamp = str(int(NOW.timestamp() - ago))
    signature = signature_of(secret, timestamp, body, idempotency_key=key)
    return Proof(timestamp=timestamp, signature=signature, idempotency_key=key, body=body)


@pytest.fixture
def strict(desk: Desk) -> Desk:
    """Takes verified callers only; has a signing secret, and the one before it for another hour."""
    desk.add_secret(OLDER, SecretKind.SIGNING, ends_at=NOW + timedelta(hours=1))
    desk.add_secret(SECRET, SecretKind.SIGNING)
    desk.change_organization(verified_only=True)
    return desk


def test_a_known_signature() -> None:
    """Computed with: printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac secret"""
    expected = "v1=49f24e537407743fa4a0242bb63b94b9a47ee99cbbe071ccd8a22550ae411686"
    assert signature_of("secret", "1700000000", b'{"a":1}') == expected


@pytest.mark.parametrize("action", list(Action))
def test_nothing_is_open_to_who_proves_nothing(strict: Desk, action: Action) -> None:
    known: dict[str, Any] = {"name": "Jane", "email": "jane@example.com", "appointment_id": "appt_1"}
    answer = strict.ask(action, appointment_datetime=TWO_PM_TUESDAY.isoformat(), **known)
    assert answer.result is Result.NOT_VERIFIED
    assert strict.bells.published == []


def test_either_secret_proves_it_during_a_rotation(strict: Desk) -> None:
    assert strict.book(proof=signed()).result is Result.CONFIRMING
    assert strict.book(proof=signed(OLDER)).result is Result.CONFIRMING
    strict.later(3600)
    late = {"timestamp": str(int(strict.now.timestamp())), "body": BODY}
    old = Proof(signature=signature_of(OLDER, late["timestamp"], BODY), **late)  # type: ignore[arg-type]
    assert strict.book(proof=old).result is Result.NOT_VERIFIED


@pytest.mark.parametrize(
    "proof",
    [
        NO_PROOF,
        Proof(secret=SECRET),
        signed("another-secret"),
        signed(ago=301),
        signed(ago=-301),
        Proof(timestamp="soon", signature=signature_of(SECRET, "soon", BODY), body=BODY),
        Proof(timestamp="-5", signature=signature_of(SECRET, "-5", BODY), body=BODY),
        Proof(timestamp=signed().timestamp, signature=signed().signature, body=BODY + b" "),
        Proof(timestamp=signed().timestamp, signature=signed().signature, body=BODY, idempotency_key="added"),
        Proof(timestamp=signed().timestamp, signature=signed(key="k").signature, body=BODY),
        Proof(timestamp=signed().timestamp, signature=signed().signature.upper(), body=BODY),
        Proof(timestamp=signed().timestamp, signature="v1=\u00e9", body=BODY),
    ],
)
def test_anything_else_proves_nothing(strict: Desk, proof: Proof) -> None:
    assert strict.book(proof=proof).result is Result.NOT_VERIFIED


@pytest.mark.parametrize("ago", [300, -300, 0])
def test_five_minutes_are_forgiven(strict: Desk, ago: float) -> None:
    assert strict.book(proof=signed(ago=ago)).result is Result.CONFIRMING


def test_a_key_that_was_signed_along_counts(strict: Desk) -> None:
    assert strict.book(proof=signed(key="k"), idempotency_key="k").result is Result.CONFIRMING


def test_the_same_signed_request_again_is_the_same_job(strict: Desk) -> None:
    first, again = strict.book(proof=signed()), strict.book(proof=signed())
    assert first.job_id == again.job_id


def test_a_shared_secret_does_as_well(desk: Desk) -> None:
    desk.add_secret(SECRET)
    desk.change_organization(verified_only=True)
    assert desk.book(proof=Proof(secret=SECRET)).result is Result.CONFIRMING
    assert desk.book(proof=Proof(secret=SECRET + "x")).result is Result.NOT_VERIFIED
    assert desk.book(proof=signed("")).result is Result.NOT_VERIFIED


def test_without_a_secret_nobody_is_verified(desk: Desk) -> None:
    desk.change_organization(verified_only=True)
    for proof in (NO_PROOF, signed(""), Proof(secret=SECRET)):
        assert desk.book(proof=proof).result is Result.NOT_VERIFIED


def test_where_anybody_may_ask_a_wrong_proof_changes_nothing(desk: Desk) -> None:
    desk.add_secret(SECRET)
    assert desk.book(proof=Proof(secret="wrong")).result is Result.CONFIRMING
