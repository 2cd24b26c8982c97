"""Every route says who may call it, and nothing gets past that."""

from __future__ import annotations

import re

import pytest
from flask import Flask, Response, jsonify
from flask.testing import FlaskClient

from app.api.endpoints import Document, Endpoints
from app.api.errors import register_error_handlers
from app.api.guards import Guard, UndeclaredGuardError, current_scope, enforce_guards, guard_of
from app.api.json_body import MAX_BODY
from app.api.manners import AgentManners
from app.api.replies import Replies
from app.api.response_schemas import AliveSchema
from app.domain.api_keys import ApiKey, Scope
from app.domain.errors import StoreUnavailableError
from tests.api.doubles import ORG, PUBLIC_URL, UseCasesDouble, app_of

ROUTES = {
    ("GET", "/api/v1/accounts"): "api_key",
    ("POST", "/api/v1/accounts"): "api_key",
    ("DELETE", "/api/v1/accounts/{account_id}"): "api_key",
    ("GET", "/api/v1/accounts/{account_id}"): "api_key",
    ("PATCH", "/api/v1/accounts/{account_id}"): "api_key",
    ("GET", "/api/v1/agents"): "api_key",
    ("POST", "/api/v1/agents"): "api_key",
    ("DELETE", "/api/v1/agents/{agent_id}"): "api_key",
    ("GET", "/api/v1/agents/{agent_id}"): "api_key",
    ("PATCH", "/api/v1/agents/{agent_id}"): "api_key",
    ("GET", "/api/v1/api-keys"): "admin_key",
    ("POST", "/api/v1/api-keys"): "admin_key",
    ("DELETE", "/api/v1/api-keys/{key_id}"): "admin_key",
    ("GET", "/api/v1/calcom/agents/{agent_id}/account"): "api_key",
    ("PUT", "/api/v1/calcom/agents/{agent_id}/account"): "api_key",
    ("POST", "/api/v1/calcom/agents/{agent_id}/connect"): "api_key",
    ("GET", "/api/v1/calcom/agents/{agent_id}/info"): "api_key",
    ("GET", "/api/v1/calcom/agents/{agent_id}/status"): "api_key",
    ("GET", "/api/v1/calcom/appointments"): "api_key",
    ("POST", "/api/v1/calcom/appointments/manage"): "open",  # the contract wants no key here
    ("GET", "/api/v1/calcom/appointments/{appointment_id}"): "api_key",
    ("POST", "/api/v1/calcom/connect"): "api_key",
    ("POST", "/api/v1/calcom/disconnect"): "api_key",
    ("GET", "/api/v1/calcom/event-types"): "api_key",
    ("GET", "/api/v1/calcom/event-types/lookup/{platform_id}"): "api_key",
    ("GET", "/api/v1/calcom/status"): "api_key",
    ("POST", "/api/v1/calcom/webhooks/{account_id}"): "signature",
    ("GET", "/api/v1/jobs"): "api_key",
    ("GET", "/api/v1/jobs/{job_id}"): "open",  # its id is the key: 128 random bits
    ("POST", "/api/v1/jobs/{job_id}/discard"): "api_key",
    ("GET", "/api/v1/jobs/{job_id}/history"): "api_key",
    ("POST", "/api/v1/jobs/{job_id}/requeue"): "api_key",
    ("GET", "/api/v1/organizations"): "admin_key",
    ("POST", "/api/v1/organizations"): "admin_key",
    ("GET", "/api/v1/organizations/{org_id}"): "api_key",
    ("PATCH", "/api/v1/organizations/{org_id}"): "api_key",
    ("GET", "/api/v1/organizations/{org_id}/caller-secrets"): "api_key",
    ("POST", "/api/v1/organizations/{org_id}/caller-secrets"): "api_key",
    ("DELETE", "/api/v1/organizations/{org_id}/caller-secrets/{secret_id}"): "api_key",
    ("GET", "/api/v1/webhooks/deliveries"): "api_key",
    ("GET", "/api/v1/webhooks/deliveries/{delivery_id}"): "api_key",
    ("POST", "/api/v1/webhooks/deliveries/{delivery_id}/replay"): "api_key",
    ("GET", "/api/v1/webhooks/endpoints"): "api_key",
    ("POST", "/api/v1/webhooks/endpoints"): "api_key",
    ("DELETE", "/api/v1/webhooks/endpoints/{endpoint_id}"): "api_key",
    ("GET", "/api/v1/webhooks/endpoints/{endpoint_id}"): "api_key",
    ("PATCH", "/api/v1/webhooks/endpoints/{endpoint_id}"): "api_key",
    ("POST", "/api/v1/webhooks/endpoints/{endpoint_id}/disable"): "api_key",
    ("POST", "/api/v1/webhooks/endpoints/{endpoint_id}/enable"): "api_key",
    ("POST", "/api/v1/webhooks/endpoints/{endpoint_id}/recover"): "api_key",
    ("POST", "/api/v1/webhooks/endpoints/{endpoint_id}/rotate-secret"): "api_key",
    ("POST", "/api/v1/webhooks/endpoints/{endpoint_id}/test"): "api_key",
    ("POST", "/api/v1/webhooks/endpoints/{endpoint_id}/verify"): "api_key",
    ("GET", "/docs"): "open",
    ("GET", "/docs/{name}"): "open",
    ("GET", "/healthz"): "open",
    ("GET", "/metrics"): "open",
    ("GET", "/openapi.json"): "open",
    ("GET", "/readyz"): "open",
}
"""Every route of the application and who may call it."""

ORG_KEY, ADMIN_KEY = "rbk_of_an_organization", "rbk_admin_of_somebody"


def routes_of(app: Flask) -> dict[tuple[str, str], str]:
    return {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)): guard_of(app, rule.endpoint).value
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_this_is_who_may_call_what():
    assert routes_of(app_of(UseCasesDouble())) == ROUTES


def test_the_document_says_the_same():
    document = app_of(UseCasesDouble()).test_client().get("/openapi.json").get_json()
    said = {
        (method.upper(), path): bool(operation["security"])
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in {"get", "post", "put", "patch", "delete"}
    }
    undescribed = {("GET", "/docs"), ("GET", "/docs/{name}"), ("GET", "/openapi.json")}
    assert said == {route: guard != "open" for route, guard in ROUTES.items() if route not in undescribed}
    assert set(document["components"]["securitySchemes"]) == {"ApiKey", "Signature"}


def test_an_application_with_a_route_that_declares_nothing_does_not_start():
    app = app_of(UseCasesDouble())
    app.add_url_rule("/secret", "secret", lambda: "everything")
    with pytest.raises(UndeclaredGuardError, match="secret does not declare its guard"):
        enforce_guards(app, UseCasesDouble().check_api_key)


def guarded_app(use_cases: UseCasesDouble) -> FlaskClient:
    """Three routes that tell what the key opened."""
    app = Flask("guarded", static_folder=None)
    document, endpoints = Document(app, public_url=PUBLIC_URL), Endpoints("Guarded")

    def add(rule: str, guard: Guard) -> None:
        @endpoints.operation(rule, method="POST", operation_id=rule.strip("/"), guard=guard, gives={200: AliveSchema})
        def view() -> Response:
            return jsonify(org_id=current_scope().org_id if guard.wants_key else "anyone")

    for name, guard in (("/open", Guard.OPEN), ("/keyed", Guard.API_KEY), ("/admin", Guard.ADMIN_KEY)):
        add(name, guard)
    document.add(endpoints)
    enforce_guards(app, use_cases.check_api_key)
    manners = AgentManners(use_cases.connect_agent)
    register_error_handlers(app, Replies(clock=use_cases.clock, public_url=PUBLIC_URL, manners=manners))
    return app.test_client()


@pytest.fixture
def client() -> FlaskClient:
    return guarded_app(UseCasesDouble(scopes={ORG_KEY: Scope(org_id=ORG), ADMIN_KEY: Scope(org_id=None)}))


def test_the_view_is_told_what_the_key_opens(client):
    assert client.post("/keyed", headers={"X-Api-Key": ORG_KEY}).get_json() == {"org_id": ORG}
    assert client.post("/keyed", headers={"X-Api-Key": f" {ADMIN_KEY} "}).get_json() == {"org_id": None}
    assert client.post("/admin", headers={"X-Api-Key": ADMIN_KEY}).get_json() == {"org_id": None}
    assert client.post("/open", headers={"X-Api-Key": "nonsense"}).get_json() == {"org_id": "anyone"}


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("X-Api-Key", "")],
        [("X-Api-Key", "rbk_unknown")],
        [("X-Api-Key", ORG_KEY + "x")],
        [("X-Api-Key", ORG_KEY), ("X-Api-Key", ADMIN_KEY)],
        [("Authorization", f"Bearer {ORG_KEY}")],
    ],
)
@pytest.mark.parametrize("path", ["/keyed", "/admin"])
def test_without_a_valid_key_there_is_one_answer_whatever_is_wrong(client, path, headers):
    response = client.post(path, headers=headers)
    assert response.status_code == 401
    assert response.get_json() == {
        "success": False,
        "message": "A valid API key is needed in the header X-Api-Key",
        "error": {
            "code": "UNAUTHORIZED",
            "message": "A valid API key is needed in the header X-Api-Key",
            "details": {},
        },
    }
    assert response.headers["WWW-Authenticate"] == 'ApiKey realm="Ringbook", header="X-Api-Key"'


def test_an_organizations_key_does_not_reach_what_is_an_admins(client):
    response = client.post("/admin", headers={"X-Api-Key": ORG_KEY})
    assert response.status_code == 403
    assert response.get_json()["error"]["code"] == "FORBIDDEN"


def test_nothing_of_the_request_is_read_before_its_key(client):
    response = client.post("/keyed", data=b"x" * (MAX_BODY + 1), content_type="text/plain")
    assert response.status_code == 401


def test_a_request_that_always_wants_200_is_told_the_status_all_the_same(client):
    assert client.post("/keyed", headers={"X-Always-200": "true"}).status_code == 401


def test_a_missing_database_is_not_taken_for_a_wrong_key():
    class Down(UseCasesDouble):
        def check_api_key(self, api_key: str) -> ApiKey:
            raise StoreUnavailableError("no route")

    response = guarded_app(Down()).post("/keyed", headers={"X-Api-Key": ORG_KEY})
    assert (response.status_code, response.get_json()["error"]["code"]) == (503, "OVERLOADED")
    assert response.headers["Retry-After"] == "5"


def test_what_a_route_behind_a_key_may_answer_is_in_the_document(client):
    operation = client.get("/openapi.json").get_json()["paths"]["/keyed"]["post"]
    assert operation["security"] == [{"ApiKey": []}]
    assert set(operation["responses"]) == {"200", "401", "403", "429", "500", "503", "default"}
