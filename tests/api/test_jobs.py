"""A job can be asked for until its outcome is known, and then gives the very answer the call would have had."""

from __future__ import annotations

import pytest

from app.domain.answers import Final, Result
from app.domain.appointments import Action
from app.domain.jobs import Status
from app.services.read_job import JobView
from tests.api.doubles import BOOK, JOB, URL, UseCasesDouble, a_job, an_answer, at, client_of

PATH = f"/api/v1/jobs/{JOB}"


def open_view() -> JobView:
    answer = an_answer(Result.CONFIRMING, action=Action.CANCEL, job_id=JOB, job_status="retrying")
    return JobView(job=a_job(), answer=answer)


def final_view(result: Result, status: Status = Status.FAILED) -> JobView:
    job = a_job(status, finished_at=at(20, 12, 2), final=Final(result=result))
    return JobView(job=job, answer=an_answer(result, openings=(at(22, 9),)))


def test_an_open_job_tells_how_it_stands():
    response = client_of(UseCasesDouble(view=open_view())).get(PATH)
    assert response.status_code == 200
    assert response.headers["Retry-After"] == "2"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.get_json()["success"] is False
    assert response.get_json()["message"]
    assert response.get_json()["data"] == {
        "job_id": JOB,
        "status": "retrying",
        "action": "cancel",
        "attempts": [
            {
                "number": 1,
                "started_at": "2026-03-20T11:59:00Z",
                "finished_at": "2026-03-20T12:00:00Z",
                "outcome": "retry_later",
                "code": "429",
            }
        ],
        "next_attempt_at": "2026-03-20T12:01:00Z",
        "created_at": "2026-03-20T11:59:00Z",
        "finished_at": None,
        "status_url": f"https://ringbook.example{PATH}",
        "final": False,
        "answer": None,
        "answer_status": None,
    }


def test_a_running_job_has_no_next_attempt():
    view = JobView(job=a_job(Status.RUNNING), answer=an_answer(Result.CONFIRMING, job_id=JOB))
    assert client_of(UseCasesDouble(view=view)).get(PATH).get_json()["data"]["next_attempt_at"] is None


@pytest.mark.parametrize(
    ("result", "status", "http_status"),
    [
        (Result.BOOKED, Status.SUCCEEDED, 200),
        (Result.SLOT_TAKEN, Status.FAILED, 422),
        (Result.INTERNAL, Status.FAILED, 500),
    ],
)
def test_a_final_job_holds_the_answer_the_manage_call_would_have_given(result, status, http_status):
    view = final_view(result, status)
    polled = client_of(UseCasesDouble(view=view)).get(PATH)
    managed = client_of(UseCasesDouble(answer=view.answer)).post(URL, json=BOOK)
    assert polled.get_json()["data"]["answer"] == managed.json
    assert polled.get_json()["data"]["answer_status"] == managed.status_code == http_status
    assert polled.get_json()["data"]["final"] is True
    assert polled.get_json()["data"]["next_attempt_at"] is None
    assert polled.get_json()["data"]["finished_at"] == "2026-03-20T12:02:00Z"
    assert polled.get_json()["success"] is (result is Result.BOOKED)
    assert polled.get_json()["message"] == managed.get_json()["message"]
    assert "Retry-After" not in polled.headers


@pytest.mark.parametrize(
    ("query", "wait"),
    [("", 0.0), ("?wait=7", 7.0), ("?wait=1.5&other=x", 1.5), ("?wait=-4", 0.0), ("?wait=900", 25.0)],
)
def test_the_wait_is_kept_within_its_bounds(query, wait):
    use_cases = UseCasesDouble(view=open_view())
    assert client_of(use_cases).get(PATH + query).status_code == 200
    assert use_cases.reads == [(JOB, wait)]


@pytest.mark.parametrize("wait", ["soon", "", "nan", "inf", "1e999"])
def test_a_wait_that_is_no_number_is_refused_by_name(wait):
    use_cases = UseCasesDouble(view=open_view())
    response = client_of(use_cases).get(f"{PATH}?wait={wait}")
    assert response.status_code == 400
    assert response.get_json()["error"]["details"] == {"wait": "must be a number of seconds"}
    assert use_cases.reads == []


def test_unknown_and_malformed_ids_are_answered_alike():
    client = client_of(UseCasesDouble())
    answers = [
        client.get(f"/api/v1/jobs/{name}") for name in (JOB, "job_1", "%00", "é", "x" * 3000, JOB + "0", JOB + "%0A")
    ]
    assert {response.status_code for response in answers} == {404}
    assert len({response.data for response in answers}) == 1
    assert answers[0].get_json()["error"]["code"] == "NOT_FOUND"


def test_a_poll_may_ask_for_status_200_too():
    asked = client_of(UseCasesDouble()).get(PATH, headers={"X-Always-200": "true"})
    plain = client_of(UseCasesDouble()).get(PATH)
    assert (asked.status_code, plain.status_code) == (200, 404)
    assert asked.data == plain.data


def test_a_poll_tells_nothing_about_the_attendee():
    body = client_of(UseCasesDouble(view=open_view())).get(PATH).get_data(as_text=True)
    assert "secret reason" not in body
    assert "upstream words" not in body
