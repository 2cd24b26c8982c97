"""Who may import what: the contracts of pyproject.toml hold, and so does what they cannot say."""

from __future__ import annotations

import subprocess
import sys

import pytest
from cryptography.fernet import Fernet

from tests.architecture.source_files import ROOT

LINT = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"


def test_the_import_contracts_are_kept():
    done = subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "0 broken" in done.stdout


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("workers.celery_app", ("flask", "marshmallow", "apispec", "webargs", "gunicorn")),
        ("workers.scheduler", ("flask", "marshmallow", "apispec", "webargs", "gunicorn")),
        ("app.cli.up", ("flask", "marshmallow", "sqlalchemy", "celery", "redis", "requests")),
        ("app.domain.jobs", ("sqlalchemy", "celery", "redis", "requests", "flask", "structlog")),
        ("app.sandbox.server", ("app.domain", "app.container", "config", "sqlalchemy", "celery", "redis")),
    ],
)
def test_a_process_does_not_load_what_it_does_not_need(module, unwanted, tmp_path):
    code = f"import {module}, sys; print([name for name in {unwanted} if name in sys.modules])"
    environ = {"DATA_DIR": str(tmp_path), "SECRET_KEYS": Fernet.generate_key().decode()}
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert loaded.stdout.strip() == "[]", loaded.stderr
