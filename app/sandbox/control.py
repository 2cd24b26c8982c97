"""/_sandbox/...: how a test scripts faults, looks at the truth, and turns the stand-in's screws."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from flask import Blueprint, Response, jsonify, request

from app.sandbox.faults import NAMES, Fault
from app.sandbox.latency import Delay
from app.sandbox.planting import add_event_types, add_planting
from app.sandbox.sandbox import Options, Sandbox
from app.sandbox.world import World


def control(sandbox: Sandbox, pristine: World) -> Blueprint:
    desk = Blueprint("control", __name__, url_prefix="/_sandbox")
    _add_views(desk, sandbox)
    _add_changes(desk, sandbox, pristine)
    add_planting(desk, sandbox)
    add_event_types(desk, sandbox)

    @desk.errorhandler(ValueError)
    @desk.errorhandler(KeyError)
    @desk.errorhandler(TypeError)
    def refuse(problem: Exception) -> tuple[Response, int]:
        return jsonify(error=str(problem)), 400

    return desk


def _add_views(desk: Blueprint, sandbox: Sandbox) -> None:
    @desk.get("/health")
    def health() -> Response:
        return jsonify(status="ok")

    @desk.get("/state")
    def state() -> Response:
        return jsonify(sandbox.store.everything())

    @desk.get("/journal")
    def journal() -> Response:
        return jsonify(entries=sandbox.journal.entries())

    @desk.get("/faults")
    def faults() -> Response:
        return jsonify(pending=sandbox.faults.pending(), known=NAMES)


def _add_changes(desk: Blueprint, sandbox: Sandbox, pristine: World) -> None:
    @desk.post("/faults")
    def push_faults() -> Response:
        body = request.get_json()
        rows = body["faults"] if isinstance(body, dict) else body
        sandbox.faults.push([Fault.from_json(row) for row in rows])
        return jsonify(pending=sandbox.faults.pending())

    @desk.delete("/faults")
    def clear_faults() -> Response:
        sandbox.faults.clear()
        return jsonify(pending=[])

    @desk.post("/latency")
    def set_latency() -> Response:
        body = request.get_json()
        sandbox.latency.writes = Delay.parse(str(body.get("writes", sandbox.latency.writes)))
        sandbox.latency.reads = Delay.parse(str(body.get("reads", sandbox.latency.reads)))
        return jsonify(writes=str(sandbox.latency.writes), reads=str(sandbox.latency.reads))

    @desk.post("/options")
    def set_options() -> Response:
        _change_options(sandbox.options, request.get_json())
        return jsonify(asdict(sandbox.options))

    @desk.post("/reset")
    def reset() -> Response:
        sandbox.store.wipe()
        sandbox.journal.clear()
        sandbox.faults.clear()
        sandbox.throttle.clear()
        sandbox.slots_cache.clear()
        sandbox.world.event_types = dict(pristine.event_types)
        sandbox.world.users = dict(pristine.users)
        return jsonify(status="ok")


def _change_options(options: Options, body: Mapping[str, Any]) -> None:
    known = {f.name: f.type for f in fields(options)}
    for name, value in body.items():
        if name not in known:
            raise ValueError(f"unknown option {name!r}; known are {', '.join(known)}")
        if known[name] is bool:
            value = value not in (False, "off", "false", 0)
        setattr(options, name, value)
