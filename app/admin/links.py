"""Where other pages of the desk are that this one may link to, if it has them."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, request


def to_job(job_id: str) -> str:
    return _inside(f"/jobs/{job_id}")


def to_mending(job_id: str) -> str:
    """Where a job is retried, amended or discarded."""
    return _inside(f"/jobs/{job_id}/mend")


def to_target(name: str) -> str:
    """The page of whatever has an id, if its kind has one."""
    path = next((path for prefix, path in PAGES.items() if name.startswith(prefix)), "")
    return _inside(f"{path}/{name}") if path else ""


def to_last_page() -> str:
    """Where the form was, or the link, that led here; empty where that is not a page of the desk."""
    try:
        came_from = urlsplit(request.referrer or "")
    except ValueError:  # a header may hold anything
        return ""
    path = came_from.path.removeprefix(request.script_root)
    if came_from.netloc != request.host or not _inside(path):
        return ""
    return _inside(path) + (f"?{came_from.query}" if came_from.query else "")


PAGES = {"job_": "/jobs", "bulk_": "/bulk", "ep_": "/webhooks", "dlv_": "/webhooks/deliveries"}
"""By what ids begin with."""


def _inside(path: str) -> str:
    """Empty where the desk has no such page."""
    routes = current_app.create_url_adapter(request)
    return f"{request.script_root}{path}" if routes is not None and routes.test(path, "GET") else ""
