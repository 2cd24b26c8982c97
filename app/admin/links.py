"""Where other pages of the desk are that this one may link to, if it has them."""

from __future__ import annotations

from flask import current_app, request


def to_job(job_id: str) -> str:
    return _inside(f"/jobs/{job_id}")


def to_mending(job_id: str) -> str:
    """Where a job is retried, amended or discarded."""
    return _inside(f"/jobs/{job_id}/mend")


def _inside(path: str) -> str:
    """Empty where the desk has no such page."""
    routes = current_app.create_url_adapter(request)
    return f"{request.script_root}{path}" if routes is not None and routes.test(path, "GET") else ""
