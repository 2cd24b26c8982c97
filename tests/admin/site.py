"""The whole web process in this one, and browsers that operators use: cookies, forms and all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from werkzeug.test import Client, TestResponse

from app.container.composition import build_container
from app.domain.directory import Agent
from app.domain.operators import Role
from app.factory import create_site
from app.storage.database import Database
from app.web.client_address import Proxies
from config.settings import load_settings
from tests.support.sqlite import migrated

RIVERA = "cal_sandbox_rivera"
PASSWORD = "correct horse battery staple"
PUBLIC_URL = "http://localhost"
MANAGE = "/api/v1/calcom/appointments/manage"


class DeskSite:
    """`browser(role)` is somebody of that role, signed in."""

    def __init__(self, directory: Path, *, database_url: str, redis_url: str, calcom_url: str, **more: str) -> None:
        environ = {
            "DATA_DIR": str(directory),
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "CALCOM_BASE_URL": f"{calcom_url}/v2",
            "PUBLIC_URL": PUBLIC_URL,
            "WEBHOOK_NETWORKS": "127.0.0.0/8",
            "SECRET_KEYS": Fernet.generate_key().decode(),
            **more,
        }
        self.settings = load_settings(environ, dotenv=directory / "none")
        migrated(self.settings.database_url)
        self.container = build_container(self.settings)
        self.operators = self.container.operators
        self.database = Database(self.settings.database_url, secret_keys=self.settings.secret_keys)
        self.wsgi = create_site(
            self.container,
            public_url=self.settings.public_url,
            proxies=Proxies(),
            secret_keys=self.settings.secret_keys,
        )

    def stranger(self) -> Browser:
        """Nobody is signed in there."""
        return Browser(Client(self.wsgi))

    def browser(self, role: Role = Role.ADMIN, name: str = "") -> Browser:
        name = name or f"{role.value}@clinic.example"
        if name not in {operator.name for operator in self.operators.staff.list_all()}:
            invitation = self.operators.staff.add(name, role, actor="test")
            self.container.desk.set_password(invitation.token, PASSWORD)
        browser = self.stranger()
        browser.get("/sign-in")
        assert browser.post("/sign-in", name=name, password=PASSWORD).status == 303
        return browser

    def agent(self, **settings: Any) -> Agent:
        organization = self.operators.add_organization(name="Clinic")
        self.operators.add_account(org_id=organization.id, name="Front desk", api_key=RIVERA)
        return self.operators.add_agent(org_id=organization.id, name="Dr. Rivera", event_type_id=101, **settings)

    def manage(self, agent: Agent, *, prefer: str = "respond-async", **fields: Any) -> dict[str, Any]:
        """What a voice agent is answered, as it would be over HTTP."""
        body = {"agent_id": agent.id, "org_id": agent.org_id, **fields}
        answer = Client(self.wsgi).post(MANAGE, json=body, headers={"Prefer": prefer})
        return dict(answer.get_json() or {}, status=answer.status_code)

    def work(self, answer: dict[str, Any]) -> str:
        """Run the job of an answer, as a worker would; returns its id."""
        job_id = str(answer["data"]["job_id"])
        self.container.workers.execute_job(job_id)
        return job_id

    def close(self) -> None:
        self.database.dispose()
        self.container.close()


@dataclass(frozen=True)
class Page:
    """What a browser got. `text` is what a person reads, `html` what it is made of."""

    status: int
    html: str
    headers: dict[str, str]

    @classmethod
    def of(cls, response: TestResponse) -> Page:
        return cls(response.status_code, response.get_data(as_text=True), dict(response.headers))

    @property
    def text(self) -> str:
        visible = re.sub(r"(?s)<(script|style|head).*?</\1>|<!--.*?-->", " ", self.html)
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", visible)).split())

    @property
    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.html)
        return found[1] if found else ""

    @property
    def goes_to(self) -> str:
        """Where the browser is sent, as a path of the desk."""
        return self.headers.get("Location", "").removeprefix(PUBLIC_URL).removeprefix("/desk")


class Browser:
    """Follows nothing by itself; forms are sent with the token of the page that was looked at last."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.csrf = ""

    def get(self, path: str, **query: Any) -> Page:
        page = Page.of(self.client.get(f"/desk{path}", query_string=query or None))
        self.csrf = page.csrf or self.csrf
        return page

    def post(self, path: str, *, headers: dict[str, str] | None = None, **fields: Any) -> Page:
        page = Page.of(self.client.post(f"/desk{path}", data={"csrf": self.csrf, **fields}, headers=headers))
        self.csrf = page.csrf or self.csrf
        return page
