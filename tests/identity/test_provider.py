"""An OpenID Connect provider over HTTP: who it vouches for gets in; nothing else that calls itself a token does."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from app.domain.errors import SignInRefusedError
from app.identity.provider import OidcProvider

CLIENT, SECRET, RETURN = "ringbook", "a-client-secret-of-some-length-0123456789", "https://desk.example/desk/provider"
Change = Callable[[dict[str, Any]], None]


class Issuer:
    """Signs what a test wants signed, and remembers what it was asked."""

    def __init__(self, server: HTTPServer) -> None:
        self.url = server.url_for("/realm").rstrip("/")
        self.key = RSAKey.generate_key(2048, {"kid": "k1"})
        self.signing: Any = self.key
        self.algorithm = "RS256"
        self.claims: dict[str, Any] = {}
        self.asked: dict[str, str] = {}
        self.document = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }
        server.expect_request("/realm/.well-known/openid-configuration").respond_with_handler(
            lambda _: Response(json.dumps(self.document), mimetype="application/json")
        )
        server.expect_request("/realm/keys").respond_with_handler(
            lambda _: Response(json.dumps(KeySet([self.key]).as_dict(private=False)), mimetype="application/json")
        )
        server.expect_request("/realm/token", method="POST").respond_with_handler(self._token)

    def vouch(self, visit_url: str, **changes: Any) -> str:
        """As the browser comes back after somebody proved there who they are."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(visit_url).query).items()}
        self.visit = query
        now = int(time.time())
        self.claims = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "1",
            "nonce": query["nonce"],
            "iat": now,
            "exp": now + 300,
            "email": "jane@clinic.example",
            "email_verified": True,
        } | changes
        return f"{RETURN}?code=a-code&state={query['state']}"

    def _token(self, request: Request) -> Response:
        self.asked = request.form.to_dict()
        header = {"alg": self.algorithm, "kid": "k1"}
        id_token = jwt.encode(header, self.claims, self.signing, algorithms=[self.algorithm])
        answer = {"access_token": "x", "token_type": "Bearer", "id_token": id_token}
        return Response(json.dumps(answer), mimetype="application/json")


@pytest.fixture
def issuer(httpserver: HTTPServer) -> Issuer:
    return Issuer(httpserver)


@pytest.fixture
def provider(issuer: Issuer) -> OidcProvider:
    return OidcProvider(issuer.url, CLIENT, SECRET)


def test_who_is_vouched_for_comes_back_with_a_verified_address(issuer: Issuer, provider: OidcProvider) -> None:
    visit = provider.begin(RETURN)
    back = issuer.vouch(visit.url)
    assert provider.finish(back, RETURN, visit.kept) == "jane@clinic.example"
    assert issuer.visit["code_challenge_method"] == "S256"
    assert issuer.visit["redirect_uri"] == RETURN
    assert issuer.asked["code_verifier"] == visit.kept["verifier"]


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "of another visit"},
        {"aud": "another client"},
        {"iss": "https://evil.example"},
        {"exp": 1_000_000_000},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": None},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_token_that_says_another_thing_is_refused(
    issuer: Issuer, provider: OidcProvider, changes: dict[str, Any]
) -> None:
    visit = provider.begin(RETURN)
    back = issuer.vouch(visit.url, **changes)
    with pytest.raises(SignInRefusedError):
        provider.finish(back, RETURN, visit.kept)


def test_a_token_signed_by_another_key_is_refused(issuer: Issuer, provider: OidcProvider) -> None:
    visit = provider.begin(RETURN)
    issuer.signing = RSAKey.generate_key(2048, {"kid": "k1"})
    with pytest.raises(SignInRefusedError):
        provider.finish(issuer.vouch(visit.url), RETURN, visit.kept)


def test_a_token_signed_with_a_secret_that_others_know_is_refused(issuer: Issuer, provider: OidcProvider) -> None:
    visit = provider.begin(RETURN)
    issuer.signing, issuer.algorithm = OctKey.import_key(SECRET), "HS256"
    with pytest.raises(SignInRefusedError):
        provider.finish(issuer.vouch(visit.url), RETURN, visit.kept)


def test_who_comes_back_from_another_visit_is_refused(issuer: Issuer, provider: OidcProvider) -> None:
    first, second = provider.begin(RETURN), provider.begin(RETURN)
    with pytest.raises(SignInRefusedError):
        provider.finish(issuer.vouch(first.url), RETURN, second.kept)


def test_a_provider_that_calls_itself_by_another_name_is_refused(issuer: Issuer, provider: OidcProvider) -> None:
    issuer.document["issuer"] = "https://evil.example"
    with pytest.raises(SignInRefusedError):
        provider.begin(RETURN)


def test_who_was_refused_there_is_refused_here(issuer: Issuer, provider: OidcProvider) -> None:
    visit = provider.begin(RETURN)
    with pytest.raises(SignInRefusedError):
        provider.finish(f"{RETURN}?error=access_denied&state={visit.kept['state']}", RETURN, visit.kept)


def test_a_provider_that_is_away_lets_nobody_in() -> None:
    away = OidcProvider("http://127.0.0.1:9", CLIENT, SECRET)
    with pytest.raises(SignInRefusedError):
        away.begin(RETURN)
