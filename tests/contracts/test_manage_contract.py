"""What the page shows works here, and what we answer is what the page describes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator, ValidationError
from openapi_spec_validator import validate

from app.domain.answers import Result
from app.domain.appointments import Action
from app.services.read_job import JobView
from tests.api.doubles import BOOK, JOB, URL, UseCasesDouble, a_job, client_of, full_answer

ROOT = Path(__file__).parents[2]
ORIGINAL = ROOT.parent / "shared" / "contract" / "manage.openapi.yaml"

PAGE: dict[str, Any] = json.loads((Path(__file__).parent / "fixtures" / "manage_page.json").read_text())
DOCUMENT: dict[str, Any] = client_of(UseCasesDouble()).get("/openapi.json").get_json()

OURS = {"200": "ManageAppointmentResponse", "202": "StillConfirmingResponse", "422": "SlotUnavailableResponse"}
THEIRS = {200: "ManageAppointmentResponse", 202: "ManageAppointmentResponse", 422: "SlotUnavailableResponse"}


def ours(name: str) -> Draft202012Validator:
    """A validator for a component of our document."""
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]})


def closed(name: str) -> Draft202012Validator:
    """The same, and a key the document does not know fails: what we send is described."""
    components = json.loads(json.dumps(DOCUMENT["components"]))
    for schema in components["schemas"].values():
        schema["additionalProperties"] = False
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": components})


def schema_of(status: int) -> str:
    """The component our document promises for a status of the manage operation."""
    answer = DOCUMENT["paths"][URL]["post"]["responses"][str(status)]
    return str(answer["content"]["application/json"]["schema"]["$ref"]).rpartition("/")[2]


def widens(theirs: dict[str, Any], mine: dict[str, Any], at: str = "") -> None:
    """Fail unless every type and field of their schema is in ours; a field we add is fine."""
    while "$ref" in mine:
        mine = DOCUMENT["components"]["schemas"][mine["$ref"].rpartition("/")[2]]
    assert mine["type"] == theirs["type"], at
    assert set(theirs.get("enum", [])) <= set(mine.get("enum", theirs.get("enum", []))), at
    for name, schema in theirs.get("properties", {}).items():
        assert name in mine["properties"], f"{at}.{name}"
        widens(schema, mine["properties"][name], f"{at}.{name}")
    if "items" in theirs:
        widens(theirs["items"], mine["items"], f"{at}[]")


def test_the_document_is_valid_openapi_3_1():
    assert DOCUMENT["openapi"].startswith("3.1.")
    validate(DOCUMENT)


def test_the_operation_is_the_one_of_the_page():
    promised = PAGE["operation"]
    operation = DOCUMENT["paths"][promised["path"]][promised["method"]]
    for key in ("operationId", "tags", "security"):
        assert operation[key] == promised[key]
    assert operation["requestBody"]["required"] is True


@pytest.mark.parametrize("name", PAGE["schemas"])
def test_our_schemas_have_everything_the_page_has(name):
    widens(PAGE["schemas"][name], {"$ref": f"#/components/schemas/{name}"}, name)


def test_no_more_is_required_of_a_request_than_the_page_requires():
    request = DOCUMENT["components"]["schemas"]["ManageAppointmentRequest"]
    assert set(request["required"]) == set(PAGE["schemas"]["ManageAppointmentRequest"]["required"])
    assert "additionalProperties" not in request


@pytest.mark.parametrize("name", PAGE["requests"])
def test_every_request_of_the_page_is_described_and_taken(name):
    body = PAGE["requests"][name]
    ours("ManageAppointmentRequest").validate(body)
    use_cases = UseCasesDouble()
    response = client_of(use_cases).post(URL, json=body)
    assert response.status_code == 200, response.get_json()
    (request,) = use_cases.requests
    assert request.action is (Action.BOOK if body["action"] == "create" else Action(body["action"]))
    for field in set(body) - {"action"}:
        assert getattr(request, field) == body[field]


@pytest.mark.parametrize("name", PAGE["responses"])
def test_every_response_of_the_page_fits_our_document(name):
    ours(schema_of(int(name[:3]))).validate(PAGE["responses"][name])


@pytest.mark.parametrize("result", list(Result))
def test_every_answer_fits_our_document_and_the_page(result):
    response = client_of(UseCasesDouble(answer=full_answer(result))).post(URL, json=BOOK)
    status, body = response.status_code, response.get_json()
    if status == 405:  # never the answer to a POST; its body is the document's default
        closed("ErrorResponse").validate(body)
    else:
        closed(schema_of(status)).validate(body)
    if status in THEIRS:
        Draft202012Validator(PAGE["schemas"][THEIRS[status]]).validate(body)


def test_answers_with_more_keys_would_still_fit():
    body = PAGE["responses"]["200"] | {"added": "one day"}
    ours("ManageAppointmentResponse").validate(body)
    with pytest.raises(ValidationError):
        closed("ManageAppointmentResponse").validate(body)


@pytest.mark.parametrize("status", ["200", "422"])
def test_our_answer_has_the_very_keys_of_the_pages_example_in_its_order(status):
    result = Result.BOOKED if status == "200" else Result.SLOT_TAKEN
    body = client_of(UseCasesDouble(answer=full_answer(result))).post(URL, json=BOOK).get_json()
    assert keys(body) == keys(PAGE["responses"][status])


def keys(value: Any) -> Any:
    """The keys of a body without its values; of a list, those of its first item."""
    if isinstance(value, dict):
        return [(name, keys(inner)) for name, inner in value.items()]
    return [keys(value[0])] if isinstance(value, list) and value else None


@pytest.mark.parametrize(("status", "schema"), OURS.items())
def test_the_document_names_the_body_of_each_outcome(status, schema):
    assert schema_of(int(status)) == schema


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 415, 429, 500, 502, 503])
def test_the_document_names_every_error_with_the_one_shape(status):
    assert schema_of(status) == "ErrorResponse"


def test_the_document_promises_no_status_we_do_not_give():
    responses = DOCUMENT["paths"]["/api/v1/jobs/{job_id}"]["get"]["responses"]
    assert set(responses) == {"200", "400", "404", "429", "500", "503", "default"}


@pytest.mark.parametrize("result", [Result.CONFIRMING, Result.BOOKED, Result.SLOT_TAKEN])
def test_a_polled_job_fits_our_document(result):
    view = JobView(job=a_job(), answer=full_answer(result))
    body = client_of(UseCasesDouble(view=view)).get(f"/api/v1/jobs/{JOB}").get_json()
    closed("JobResponse").validate(body)


@pytest.mark.skipif(not ORIGINAL.is_file(), reason="the published schema is not beside this project")
def test_our_copy_of_the_pages_facts_is_true():
    document = yaml.safe_load(ORIGINAL.read_text())
    for name, schema in PAGE["schemas"].items():
        assert facts(document["components"]["schemas"][name]) == schema
    operation = document["paths"][PAGE["operation"]["path"]][PAGE["operation"]["method"]]
    for key in ("operationId", "tags", "security"):
        assert operation[key] == PAGE["operation"][key]


def facts(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without its prose and examples."""
    kept = {key: value for key, value in schema.items() if key not in {"description", "example"}}
    if "properties" in kept:
        kept["properties"] = {name: facts(inner) for name, inner in kept["properties"].items()}
    if "items" in kept:
        kept["items"] = facts(kept["items"])
    return kept
