"""`ringbook agent`: what Cal.com says of the event type is shown, and what stands in the way is said plainly."""

from __future__ import annotations

from app.cli.agents import command as agent
from tests.cli.console import ask, refusal, run
from tests.services.office import ANNA_KEY, Office

AGENT = "019d1fdb-98e9-7c87-86c7-321e2fa98733"


def annas_clinic(office: Office) -> str:
    clinic = office.clinic()
    office.add_account(org_id=clinic.id, api_key=ANNA_KEY, name="Anna")
    return clinic.id


def test_an_agent_is_added_and_what_was_read_is_printed(office: Office) -> None:
    clinic, _ = office.connected()
    words = ("add", "--org", clinic.id, "--event-type", "101", "--id", AGENT, "Dr. Rivera")
    lines = run(office, agent, *words).stdout.splitlines()
    assert "event type    101  Consultation (consultation)" in lines
    assert "time zone     America/New_York" in lines
    assert "asks for      name, email" in lines
    assert lines[-1] == "It can be booked by voice."
    assert office.show_agent(AGENT).name == "Dr. Rivera"


def test_every_setting_can_be_given(office: Office) -> None:
    words = ["add", "--org", annas_clinic(office), "--event-type", "8", "Desk", "--time-zone", "Europe/Berlin"]
    words += ["--wait", "4.5", "--always-200", "--placeholder-email", "{digits}@no-mail.example"]
    words += ["--phone-country", "de", "--answer", "reason=by phone = quick", "--answer", "kind=first"]
    added = ask(office, agent, *words, "--language", "de")
    assert (added["time_zone"], added["wait_seconds"], added["always_200"]) == ("Europe/Berlin", 4.5, True)
    assert (added["placeholder_email"], added["phone_country"]) == ("{digits}@no-mail.example", "DE")
    assert added["field_answers"] == {"reason": "by phone = quick", "kind": "first"}
    assert added["event_type"]["fields"][3] == {
        "slug": "reason",
        "type": "text",
        "required": True,
        "hidden": False,
        "options": [],
    }
    assert [obstacle["blocking"] for obstacle in added["obstacles"]] == [False]


def test_what_cannot_be_booked_by_voice_is_shown_and_refused(office: Office) -> None:
    words = ("add", "--org", annas_clinic(office), "--event-type", "4", "Desk")
    result = run(office, agent, *words)
    assert (result.exit_code, result.stdout) == (1, "")
    lines = result.stderr.splitlines()
    assert "event type    4  Seats 30 (seats-30)" in lines
    assert lines[-1].startswith("Error: seats: Its seats are shared")
    assert office.list_agents() == []
    forced = run(office, agent, *words, "--force")
    assert "cannot be booked  Its seats are shared; cancelling one seat is not supported." in forced.stdout
    assert len(office.list_agents()) == 1


def test_a_missing_answer_is_named(office: Office) -> None:
    line = refusal(office, agent, "add", "--org", annas_clinic(office), "--event-type", "8", "Desk")
    assert line == "Error: fields: It asks for reason. Answer with --answer reason=text."


def test_an_event_type_cal_com_does_not_know_is_one_clear_line(office: Office) -> None:
    line = refusal(office, agent, "add", "--org", annas_clinic(office), "--event-type", "999", "Desk")
    assert "Event type with id 999 not found" in line


def test_agents_are_listed_and_shown(office: Office) -> None:
    rivera = office.rivera()
    (listed,) = ask(office, agent, "list", "--org", rivera.org_id)
    assert listed == ask(office, agent, "show", rivera.id)
    assert (listed["id"], listed["event_type"]["title"]) == (rivera.id, "Consultation")
    assert "101 Consultation" in run(office, agent, "list").stdout


def test_settings_are_changed_and_taken_back(office: Office) -> None:
    rivera = office.rivera()
    assert ask(office, agent, "set", rivera.id, "--time-zone", "Europe/Berlin", "--always-200")["always_200"] is True
    changed = ask(office, agent, "set", rivera.id, "--time-zone", "", "--real-status", "--name", "Desk")
    assert (changed["time_zone"], changed["always_200"], changed["name"]) == ("", False, "Desk")


def test_the_event_type_is_read_again_on_request(office: Office) -> None:
    rivera = office.rivera()
    assert ask(office, agent, "set", rivera.id, "--refresh")["event_type"]["id"] == 101
    assert ask(office, agent, "set", rivera.id, "--event-type", "102")["event_type"]["needs_confirmation"] is True


def test_bad_usage_ends_with_code_2(office: Office) -> None:
    rivera = office.rivera()
    assert run(office, agent, "set", rivera.id).exit_code == 2
    assert run(office, agent, "set", rivera.id, "--answer", "no-equals-sign").exit_code == 2
    assert run(office, agent, "add", "--org", rivera.org_id, "Desk").exit_code == 2
