"""The document and its page come from here alone."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urljoin

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from app.api import docs
from app.cli.demo_agent import AGENT_ID, ORG_ID
from tests.api.doubles import PUBLIC_URL, URL, UseCasesDouble, app_of, client_of
from tests.api.test_guards import ROUTES


def test_every_file_the_page_loads_is_served_here():
    client = client_of(UseCasesDouble())
    page = client.get("/docs")
    assert page.status_code == 200
    assert page.content_type == "text/html; charset=utf-8"
    files = re.findall(r'(?:href|src)="([^"]+)"', page.get_data(as_text=True))
    assert len(files) == 5
    for file in files:
        response = client.get(urljoin("/docs", file))
        assert response.status_code == 200, file
        assert len(response.data) > 100


def test_the_page_has_no_script_or_style_of_its_own_and_may_load_nothing_from_elsewhere():
    response = client_of(UseCasesDouble()).get("/docs")
    policy = dict(part.split(" ", 1) for part in response.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    page = response.get_data(as_text=True)
    assert not re.search(r"<script(?![^>]*src=)|<style|style=|https?://|\bon\w+=", page)


@pytest.mark.parametrize(
    "name", ["index.html", "docs.py", "..%2fdocs.py", "swagger-ui-bundle.js.map", "%2e%2e%2f__init__.py"]
)
def test_no_other_file_is_served(name):
    assert client_of(UseCasesDouble()).get(f"/docs/{name}").status_code == 404


def test_the_files_exist_where_the_package_is_installed():
    assert all((folder / name).is_file() for name, folder in docs.ASSETS.items())
    assert Path(docs.OWN, "index.html").is_file()


def test_the_document_names_the_public_address():
    document = client_of(UseCasesDouble()).get("/openapi.json").get_json()
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": PUBLIC_URL}]
    assert not [name for name in document["components"]["schemas"] if "Pagination" in name]
    assert set(document["paths"]) == {path for _, path in ROUTES} - {"/docs", "/docs/{name}", "/openapi.json"}


def test_the_request_to_try_changes_nothing_and_is_for_the_agent_of_a_fresh_start():
    document = client_of(UseCasesDouble()).get("/openapi.json").get_json()
    example = document["paths"][URL]["post"]["requestBody"]["content"]["application/json"]["example"]
    assert example == {"action": "suggest", "agent_id": AGENT_ID, "org_id": ORG_ID}
    assert client_of(UseCasesDouble()).post(URL, json=example).status_code == 200


def test_the_document_is_valid_and_every_operation_is_described():
    document = client_of(UseCasesDouble()).get("/openapi.json").get_json()
    validate(document)
    operations = [
        operation
        for methods in document["paths"].values()
        for name, operation in methods.items()
        if name in {"get", "post", "put", "patch", "delete"}
    ]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert [operation["operationId"] for operation in operations if not operation["summary"]] == []
    used = {tag for operation in operations for tag in operation["tags"]}
    assert used == {tag["name"] for tag in document["tags"]}


def test_every_body_behind_a_key_comes_with_an_example_that_its_schema_takes():
    document = client_of(UseCasesDouble()).get("/openapi.json").get_json()
    bodies = [
        operation["requestBody"]["content"]["application/json"]
        for methods in document["paths"].values()
        for name, operation in methods.items()
        if name != "parameters" and operation["security"] and "requestBody" in operation
    ]
    assert len(bodies) >= 10
    for body in bodies:
        whole = {**body["schema"], "components": document["components"]}
        assert [fault.message for fault in Draft202012Validator(whole).iter_errors(body["example"])] == []


def test_a_document_that_cannot_be_whole_is_none_however_often_it_is_asked_for():
    app = app_of(UseCasesDouble())
    document = app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def fail() -> None:
        raise ValueError("two operations of one name")

    document.describe_later(fail)
    assert [app.test_client().get("/openapi.json").status_code for _ in range(2)] == [500, 500]


def test_the_document_is_the_same_for_all_who_ask_at_once():
    app = app_of(UseCasesDouble())
    with ThreadPoolExecutor(4) as askers:
        found = list(askers.map(lambda _: app.test_client().get("/openapi.json").data, range(8)))
    assert len(set(found)) == 1
    assert len(app.test_client().get("/openapi.json").get_json()["paths"]) == len({path for _, path in ROUTES}) - 3
