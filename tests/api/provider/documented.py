"""Compares answers with what /openapi.json says of them."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse


class Documented:
    """`check(response)` raises AssertionError for a status or a body that the document does not have."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._document: dict[str, Any] = app.test_client().get("/openapi.json").get_json()

    def check(self, response: TestResponse) -> None:
        operation = self._operation(response)
        if operation is None:
            return
        answers = operation["responses"]
        status = str(response.status_code)
        assert status in answers, f"{operation['operationId']} answered {status}, the document has {sorted(answers)}"
        schema = answers[status]["content"]["application/json"]["schema"]
        whole = {**schema, "components": self._document["components"]}
        faults = [error.message for error in Draft202012Validator(whole).iter_errors(response.get_json())]
        assert faults == [], f"{operation['operationId']} {status}"

    def _operation(self, response: TestResponse) -> dict[str, Any] | None:
        """None for a path or method that there is not."""
        request = response.request
        try:
            rule, _ = self._app.url_map.bind("localhost").match(request.path, request.method, return_rule=True)
        except HTTPException:
            return None
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        operation: dict[str, Any] = self._document["paths"][path][request.method.lower()]
        return operation
