"""The first page of the desk: for everybody who is signed in, whatever is or is not there to be shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from app.admin.concerns import SAID_WITHOUT_NUMBER, WORDS
from app.domain.operators import Role
from app.domain.processes import Kind
from app.services.find_concerns import Concern, Matter
from app.services.read_flow import WINDOWS
from app.storage.database import Database, utc_now
from tests.admin.site import PASSWORD, Browser, DeskSite
from tests.bench.ended_jobs import fill
from tests.storage import webhook_rows
from tests.support.sandbox import SandboxProcess
from tests.support.valkey import ValkeyServer

VOID = {"meta", "link", "input", "path", "rect", "circle", "br", "hr", "img"}


class Outline(HTMLParser):
    """Headings in their order, ids, what is renewed, and whether every element is closed where it should be."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.renewed: list[str] = []
        self.referred: set[str] = set()
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if "data-live" in given:
            self.renewed.append(str(given.get("id")))
        self.referred |= set(str(given.get("aria-labelledby") or "").split())
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


@pytest.fixture
def viewer(site: DeskSite) -> Browser:
    return site.browser(Role.VIEWER)


@pytest.fixture
def busy(site: DeskSite) -> DeskSite:
    """Three days of jobs, half of them counted, and an endpoint that was disabled."""
    fill(site.settings.database_url, 2_000, now=utc_now(), over=timedelta(days=3))
    next(chore for chore in site.container.schedule.chores if chore.name == "tally_jobs").do()
    database = Database(site.settings.database_url, secret_keys=site.settings.secret_keys)
    webhook_rows.endpoint(database, url="https://slow.example/hook", failures=6, failing_since=webhook_rows.NOW)
    database.dispose()
    return site


def test_one_lands_there_after_signing_in_and_comes_back_by_the_brand(viewer: Browser) -> None:
    viewer.get("/sign-in")
    assert viewer.post("/sign-in", name="viewer@clinic.example", password=PASSWORD).goes_to == "/"
    page = viewer.get("/")
    assert page.status == 200
    assert '<a class="brand" href="/desk/">' in page.html
    assert re.search(r'<a href="/desk/" aria-current="page">Overview</a>', page.html)
    assert '<a href="/desk/">To the overview</a>' in viewer.get("/operators").html


@pytest.mark.parametrize("window", [*WINDOWS, "", "century"])
def test_an_empty_service_is_shown_as_such(viewer: Browser, window: str) -> None:
    page = viewer.get("/", window=window)
    assert page.status == 200
    assert "No job ended in this time." in page.text
    current = re.findall(r'aria-current="true">([^<]+)', page.html)
    assert current == [{"day": "Last day", "days": "Last three days"}.get(window, "Last hour")]


def test_the_address_of_the_desk_needs_no_slash_at_its_end(viewer: Browser) -> None:
    assert "Needs a person now" in viewer.client.get("/desk", follow_redirects=True).get_data(as_text=True)


def test_nobody_who_is_not_signed_in_sees_it(site: DeskSite) -> None:
    assert site.stranger().get("/").goes_to == "/sign-in?next=/"


def test_the_numbers_of_a_busy_service_are_shown(busy: DeskSite) -> None:
    page = busy.browser(Role.VIEWER).get("/", window="days")
    assert re.search(r"Success rate \d\d\.\d %", page.text)
    assert re.search(r"jobs of the last day failed: upstream down\. Mend or discard them\.", page.text)
    assert re.search(r"1 endpoint has taken nothing for over five minutes\.", page.text)
    assert "https://slow.example/hook" in page.text
    assert "No process takes messages from live, background, webhooks, maintenance" in page.text
    assert page.html.count("<rect class=") > 24
    assert page.html.count('<path class="curve p') == 6 + 6  # with those of the legends


@pytest.mark.parametrize("window", WINDOWS)
def test_the_page_is_well_formed_and_has_its_headings_in_order(busy: DeskSite, window: str) -> None:
    outline = Outline(busy.browser(Role.VIEWER).get("/", window=window).html)
    assert outline.open == []
    assert outline.headings[0] == 1
    assert all(after - before <= 1 for before, after in zip(outline.headings, outline.headings[1:], strict=False))
    assert len(outline.ids) == len(set(outline.ids))
    assert outline.referred <= set(outline.ids)


def test_what_is_renewed_has_an_id_and_nothing_renewed_lies_in_something_renewed(busy: DeskSite) -> None:
    html = busy.browser(Role.VIEWER).get("/").html
    renewed = Outline(html).renewed
    assert len(renewed) == len(set(renewed)) == 14
    assert "None" not in renewed


def test_charts_say_in_words_and_tables_what_they_show(busy: DeskSite) -> None:
    html = busy.browser(Role.VIEWER).get("/", window="day").html
    charts = re.findall(r'(?s)<svg class="plot" role="img".*?</svg>', html)
    assert len(charts) == 3
    assert all("<title id=" in chart and "<desc id=" in chart for chart in charts)
    assert html.count("<figcaption>") == html.count("<details>") == 3
    assert " style=" not in html


def test_what_needs_a_person_links_to_where_it_is_mended(busy: DeskSite) -> None:
    html = busy.browser(Role.VIEWER).get("/").html
    needs = html[html.index('id="needs"') : html.index("</section>", html.index('id="needs"'))]
    assert 'href="/desk/jobs?state=failed&amp;result=upstream_down"' in needs
    assert 'href="#processes"' in needs
    anchors = set(re.findall(r'href="#([^"]+)"', html))
    assert anchors <= set(Outline(html).ids)


def test_processes_are_shown_as_long_as_they_say_that_they_live(site: DeskSite, viewer: Browser) -> None:
    life = site.container.begin_life(Kind.WORKER, threads=16, queues=["live"])
    life()
    assert "worker" in viewer.get("/").text.split("Last sign", 1)[1]
    life.end()
    assert "No process has shown a sign of life" in viewer.get("/").text


@pytest.mark.parametrize("matter", Matter)
def test_every_concern_has_words_and_a_place(matter: Matter) -> None:
    for number in (1, 3):
        concern = Concern(matter=matter, number=number, about="upstream_down")
        text = WORDS[matter].text(concern)
        assert text[0].isupper() == (matter in SAID_WITHOUT_NUMBER)
        assert text.endswith(".")
        assert WORDS[matter].target(concern).startswith(("#", "/"))


@pytest.fixture
def lonely(tmp_path: Path, calcom: SandboxProcess, own_valkey: ValkeyServer) -> Iterator[tuple[DeskSite, ValkeyServer]]:
    url = f"sqlite:///{tmp_path}/ringbook.db"
    site = DeskSite(tmp_path, database_url=url, redis_url=own_valkey.url, calcom_url=calcom.url)
    yield site, own_valkey
    site.close()


@pytest.mark.parametrize("trouble", ["kill", "freeze"])
def test_without_redis_the_page_says_what_is_not_known(lonely: tuple[DeskSite, ValkeyServer], trouble: str) -> None:
    site, valkey = lonely
    viewer = site.browser(Role.VIEWER)
    getattr(valkey, trouble)()
    page = viewer.get("/")
    assert page.status == 200
    assert "Redis does not answer: what is accepted has to wait until it is back." in page.text
    assert "Redis does not answer: who is at work is not known." in page.text
