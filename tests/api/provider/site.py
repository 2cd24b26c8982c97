"""The whole application in this process, with API keys at hand: requests as a provider makes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.container.composition import build_container
from app.domain.directory import Agent, Organization
from app.factory import create_app
from config.settings import load_settings
from tests.api.provider.documented import Documented
from tests.support.sqlite import migrated

API = "/api/v1"
RIVERA, ANNA, BERT, EXPIRED = "cal_sandbox_rivera", "cal_sandbox_anna", "cal_sandbox_bert", "cal_sandbox_expired"
CONSULTATION = 101
PUBLIC_URL = "http://ringbook.example"
NOBODY = "00000000-0000-4000-8000-000000000000"


class Site:
    """`admin` and `clinic` speak with an admin's key and with one of the clinic; `other` with that of another org."""

    def __init__(
        self, directory: Path, *, database_url: str, redis_url: str, calcom_url: str, public_url: str = PUBLIC_URL
    ) -> None:
        environ = {
            "DATA_DIR": str(directory),
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "CALCOM_BASE_URL": f"{calcom_url}/v2",
            "PUBLIC_URL": public_url,
            "WEBHOOK_NETWORKS": "127.0.0.0/8",
            "SECRET_KEYS": Fernet.generate_key().decode(),
        }
        self.settings = load_settings(environ, dotenv=directory / "none")
        migrated(self.settings.database_url)
        self.container = build_container(self.settings)
        self.operators = self.container.operators
        app = create_app(self.container.callers, self.container.providers, public_url=self.settings.public_url)
        self.client = app.test_client()
        self._documented = Documented(app)
        self.org: Organization = self.operators.add_organization(name="Clinic")
        self.other_org = self.operators.add_organization(name="Dentist")
        self.admin, self.clinic, self.other = (
            self.caller(self.key(org_id)) for org_id in (None, self.org.id, self.other_org.id)
        )

    def caller(self, key: str) -> Caller:
        return Caller(self.client, key, self._documented)

    def key(self, org_id: str | None) -> str:
        return self.operators.add_api_key(org_id=org_id, name="Test").secret

    def connect(self, org: Organization | None = None, *, key: str = RIVERA, name: str = "Front desk") -> str:
        """The id of a Cal.com account that is now connected."""
        return self.operators.add_account(org_id=(org or self.org).id, api_key=key, name=name).id

    def agent(self, org: Organization | None = None, name: str = "Dr. Rivera") -> Agent:
        """One that books with the primary account."""
        return self.operators.add_agent(org_id=(org or self.org).id, name=name, event_type_id=CONSULTATION)

    def close(self) -> None:
        self.container.close()


class Caller:
    """Somebody with an API key; `get("/agents")` and so on give the response, which the document must have."""

    def __init__(self, client: FlaskClient, key: str, documented: Documented) -> None:
        self._client = client
        self._documented = documented
        self.key = key

    def get(self, path: str, **query: Any) -> TestResponse:
        return self._open("GET", path, query_string=query)

    def post(self, path: str, **body: Any) -> TestResponse:
        return self._open("POST", path, json=body)

    def put(self, path: str, **body: Any) -> TestResponse:
        return self._open("PUT", path, json=body)

    def patch(self, path: str, **body: Any) -> TestResponse:
        return self._open("PATCH", path, json=body)

    def delete(self, path: str) -> TestResponse:
        return self._open("DELETE", path)

    def _open(self, method: str, path: str, **how: Any) -> TestResponse:
        response = self._client.open(API + path, method=method, headers={"X-Api-Key": self.key}, **how)
        self._documented.check(response)
        return response


def data(response: TestResponse, status: int = 200) -> Any:
    """What a request that went well was answered."""
    body = response.get_json()
    assert response.status_code == status, body
    assert (body["success"], set(body)) == (True, {"success", "message", "data"})
    assert body["message"]
    return body["data"]


def refusal(response: TestResponse) -> tuple[int, str, Any]:
    """Status, code and details of a request that was refused, in the one shape."""
    body = response.get_json()
    assert (body["success"], set(body)) == (False, {"success", "message", "error"})
    assert set(body["error"]) == {"code", "message", "details"}
    assert body["message"]
    return response.status_code, body["error"]["code"], body["error"]["details"]
