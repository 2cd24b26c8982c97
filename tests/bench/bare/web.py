"""A bare Flask app, served with Ringbook's own gunicorn settings: the least that each measured request can cost."""

from __future__ import annotations

from uuid import uuid4

from flask import Flask, Response, jsonify, request

from tests.bench.bare import READY, tasks

app = Flask(__name__)


@app.get("/readyz")
def readyz() -> Response:
    return jsonify(status="ready")


@app.post("/warm")
def warm() -> Response:
    """Parse the JSON, fetch an answer that lies ready, send it."""
    request.get_json()
    answer: bytes = tasks.answers.get(READY) or b"{}"  # type: ignore[assignment]
    return Response(answer, mimetype="application/json")


@app.post("/echo")
def echo() -> Response:
    """Hand the body to a task and wait for its result."""
    text = tasks.echo.delay(request.get_data(as_text=True)).get(timeout=25)
    return jsonify(text=text)


@app.post("/nap/<float:seconds>")
def nap(seconds: float) -> Response:
    return jsonify(slept=tasks.nap.delay(seconds).get(timeout=25))


@app.post("/wait/<float:seconds>")
def wait(seconds: float) -> Response:
    """One blocking Redis connection for each who waits."""
    name = f"bare:answer:{uuid4().hex}"
    tasks.nap_and_push.delay(name, seconds)
    found = tasks.answers.blpop([name], timeout=25)
    return jsonify(known_at=float(found[1]) if found else None)
