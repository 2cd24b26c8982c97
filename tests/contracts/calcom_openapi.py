"""Checks an exchange with Cal.com against its official OpenAPI document, corrected where that is known to be wrong."""

import csv
import fnmatch
import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from openapi_schema_validator import OAS30Validator

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[2] / "shared" / "calcom" / "openapi.json"
AMENDMENTS = HERE / "openapi_amendments.tsv"
REPLACEMENTS = HERE / "openapi_replacements.json"
PREFIX = "#/components/schemas/"


def available() -> bool:
    return DOCUMENT.exists()


def violations(
    method: str, path: str, version: str | None, status: int, request_body: Any, response_body: Any
) -> list[str]:
    """What this exchange does that the document does not allow; `path` may carry a query."""
    address = urlsplit(path)
    operation = _operation(method.lower(), address.path.rstrip("/"))
    if operation is None:
        return [f"{method} {address.path}: no such operation"]
    if status >= 400:
        return _error_violations(response_body)
    wrong = _parameter_violations(operation, version, address.query)
    wrong += _request_violations(operation, request_body)
    return wrong + _response_violations(operation, status, response_body)


def _parameter_violations(operation: dict[str, Any], version: str | None, query: str) -> list[str]:
    declared = {(p["in"], p["name"]): p for p in operation.get("parameters", [])}
    wrong = []
    asked = declared.get(("header", "cal-api-version"))
    if asked is not None and asked.get("required") and version != asked["schema"].get("default", version):
        wrong.append(f"cal-api-version {version!r}, wanted {asked['schema']['default']!r}")
    given = {name for name, _ in parse_qsl(query, keep_blank_values=True)}
    wrong += [f"query: {name} is not declared" for name in sorted(given) if ("query", name) not in declared]
    needed = {name for (place, name), p in declared.items() if place == "query" and p.get("required")}
    return wrong + [f"query: {name} is missing" for name in sorted(needed - given)]


def _request_violations(operation: dict[str, Any], body: Any) -> list[str]:
    schema = _json_schema(operation.get("requestBody"))
    if schema is None:
        return [] if not body else ["request: a body where none is declared"]
    wrong = [f"request{line}" for line in _schema_violations(schema, body or {})]
    if isinstance(body, dict):
        # Cal.com refuses keys it does not know, though the document does not say so.
        unknown = sorted(set(body) - _property_names(schema))
        wrong += [f"request: {key} is not declared" for key in unknown]
    return wrong


def _response_violations(operation: dict[str, Any], status: int, body: Any) -> list[str]:
    declared = operation["responses"].get(str(status)) or operation["responses"].get("default")
    if declared is None:
        return [f"status {status} is not declared"]
    schema = _json_schema(declared)
    return [] if schema is None else [f"response{line}" for line in _schema_violations(schema, body)]


def _error_violations(body: Any) -> list[str]:
    """The document is silent on errors; the server has an envelope and a raw form."""
    if not isinstance(body, dict):
        return ["error: no JSON object"]
    if set(body) == {"statusCode", "message"}:
        return []
    error = body.get("error")
    whole = set(body) == {"status", "timestamp", "path", "error"} and isinstance(error, dict)
    return [] if whole and {"code", "message"} <= set(error or {}) else [f"error: unknown shape {sorted(body)}"]


def _json_schema(part: dict[str, Any] | None) -> dict[str, Any] | None:
    content = (part or {}).get("content", {}).get("application/json")
    return content["schema"] if content else None


def _schema_violations(schema: dict[str, Any], value: Any) -> list[str]:
    # The references are resolved against the document itself, so it travels inside the schema.
    validator = OAS30Validator({**schema, "components": _document()["components"]})
    return [line for error in validator.iter_errors(value) for line in _explain(error, value)]


def _explain(error: Any, value: Any) -> list[str]:
    """Of several alternatives, tells what the best fitting one misses."""
    if error.context:
        ways: dict[Any, list[Any]] = {}
        for part in error.context:
            ways.setdefault(part.schema_path[0], []).append(part)
        return [line for part in min(ways.values(), key=_unlikeness) for line in _explain(part, value)]
    where = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.absolute_path)
    return [f"{where}: {error.message[:200]}"]


def _unlikeness(errors: list[Any]) -> tuple[bool, int]:
    """An alternative of another type altogether is the worst explanation, however short."""
    return any(error.validator in ("type", "enum") and not error.path for error in errors), len(errors)


def _property_names(schema: dict[str, Any]) -> set[str]:
    if "$ref" in schema:
        return _property_names(_document()["components"]["schemas"][schema["$ref"].removeprefix(PREFIX)])
    names = set(schema.get("properties", {}))
    for part in (*schema.get("anyOf", []), *schema.get("oneOf", []), *schema.get("allOf", [])):
        names |= _property_names(part)
    return names


def _operation(method: str, path: str) -> dict[str, Any] | None:
    paths = _document()["paths"]
    if path in paths:
        return dict(paths[path].get(method) or {}) or None
    for template, operations in paths.items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) and method in operations:
            return dict(operations[method])
    return None


@cache
def _document() -> dict[str, Any]:
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    schemas = document["components"]["schemas"]
    for row in amendments():
        if row["change"] == "replace":
            _replace(document, row["schema"])
            continue
        for name in fnmatch.filter(schemas, row["schema"]):
            _amend(schemas[name], row["property"], row["change"])
    return dict(_loosen(document))


def _replace(document: dict[str, Any], name: str) -> None:
    replacement = json.loads(REPLACEMENTS.read_text(encoding="utf-8"))[name]
    method, _, path = name.partition(" ")
    if not path:
        document["components"]["schemas"][name] = replacement
        return
    answers = document["paths"][path][method.lower()]["responses"]
    answers["200"]["content"]["application/json"]["schema"] = replacement


def amendments() -> list[dict[str, str]]:
    with AMENDMENTS.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def _amend(schema: dict[str, Any], name: str, change: str) -> None:
    properties = schema.get("properties", {})
    if name not in properties:
        return
    if change == "optional":
        schema["required"] = [key for key in schema.get("required", []) if key != name]
    elif change == "nullable":
        properties[name] = {"anyOf": [properties[name], {"enum": [None]}]}
    elif change == "any":
        properties[name] = {}
    else:
        raise ValueError(f"unknown change {change!r}")


def _loosen(part: Any) -> Any:
    """Its alternatives overlap, so `oneOf` can only mean `anyOf`."""
    if isinstance(part, dict):
        return {("anyOf" if key == "oneOf" else key): _loosen(value) for key, value in part.items()}
    return [_loosen(item) for item in part] if isinstance(part, list) else part
