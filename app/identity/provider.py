"""Signing in at an OpenID Connect provider: authorization code flow with PKCE, a nonce, and its signed id token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app.domain.errors import SignInRefusedError
from app.domain.operators import ProviderVisit, new_token

TIMEOUT = 5.0
"""Seconds for each request to the provider: a person waits."""

LEEWAY = 60
"""Seconds by which the provider's clock may differ from ours."""

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures by a private key alone: never "none", nor HS256, whose key would be a secret that others have too."""

log = structlog.get_logger(__name__)


Client: Any = OAuth2Session
"""authlib has no types."""


class OidcProvider:
    """Fulfils the port IdentityProvider. Only who has a verified e-mail address is vouched for."""

    def __init__(self, issuer: str, client_id: str, client_secret: str) -> None:
        """`issuer` is the provider's address (OpenID Connect Discovery 1.0, 4), without a slash at its end."""
        self._issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret

    @property
    def name(self) -> str:
        return urlsplit(self._issuer).netloc

    def begin(self, return_url: str) -> ProviderVisit:
        kept = {"state": new_token(), "nonce": new_token(), "verifier": new_token()}
        try:
            with self._session(return_url) as session:
                url, _state = session.create_authorization_url(
                    self._discover(session)["authorization_endpoint"],
                    state=kept["state"],
                    nonce=kept["nonce"],
                    code_verifier=kept["verifier"],
                )
        except (requests.RequestException, AuthlibBaseError, KeyError, ValueError) as error:
            raise self._refused(error) from error
        return ProviderVisit(url=url, kept=kept)

    def finish(self, returned: str, return_url: str, kept: Mapping[str, str]) -> str:
        try:
            with self._session(return_url, state=kept["state"]) as session:
                found = self._discover(session)
                token = session.fetch_token(
                    found["token_endpoint"],
                    authorization_response=returned,
                    code_verifier=kept["verifier"],
                    timeout=TIMEOUT,
                )
                keys = session.get(found["jwks_uri"], withhold_token=True, timeout=TIMEOUT, allow_redirects=False)
                keys.raise_for_status()
            return self._read(token["id_token"], keys.json(), issuer=found["issuer"], nonce=kept["nonce"])
        except (requests.RequestException, AuthlibBaseError, JoseError, KeyError, ValueError) as error:
            raise self._refused(error) from error

    def _read(self, id_token: str, keys: Any, *, issuer: str, nonce: str) -> str:
        claims = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims
        jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": self._client_id},
            nonce={"essential": True, "value": nonce},
            exp={"essential": True},
            iat={"essential": True},
            email={"essential": True},
            email_verified={"essential": True, "value": True},
        ).validate(claims)
        return str(claims["email"])

    def _discover(self, session: Any) -> dict[str, Any]:
        place = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        answer = session.get(place, withhold_token=True, timeout=TIMEOUT, allow_redirects=False)
        answer.raise_for_status()
        found = dict(answer.json())
        if found["issuer"].rstrip("/") != self._issuer:
            raise ValueError("the provider calls itself by another name")
        return found

    def _session(self, return_url: str, *, state: str | None = None) -> Any:
        return Client(
            self._client_id,
            self._client_secret,
            scope="openid email",
            redirect_uri=return_url,
            state=state,
            code_challenge_method="S256",
        )

    def _refused(self, error: Exception) -> SignInRefusedError:
        log.warning("provider_refused", provider=self.name, error=type(error).__name__)
        return SignInRefusedError()
