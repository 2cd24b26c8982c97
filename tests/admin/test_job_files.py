"""The files jobs are exported as: read back by other programs, and harmless in a table program."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from io import StringIO

import pytest

from app.admin.job_files import COLUMNS, ROWS_AT_ONCE, as_csv, as_json
from app.domain.appointments import Attendee, Cancel
from app.domain.job_search import ListedJob
from tests.storage.rows import ANN, make_job


def listed(name: str = 'Ann, "A."\nBell', call: str = "") -> ListedJob:
    command = Cancel(appointment_id="appt_1", call_session_id=call, notes="not to be told")
    attendee = Attendee(name=name, email=ANN.email, phone=ANN.phone)
    return ListedJob(job=make_job(command=command), org_name="Clinic", attendee=attendee)


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text, newline=""), strict=True))


def test_csv_is_read_back_as_it_was_with_its_line_ends() -> None:
    text = "".join(as_csv(iter([listed(), listed("Zoë")])))
    assert text.count("\r\n") == 3
    first, second = read_csv(text)
    assert (first["name"], second["name"]) == ('Ann, "A."\nBell', "Zoë")
    assert (first["state"], first["organization"], first["agent"], first["result"]) == ("queued", "Clinic", "", "")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_taken_for_a_formula(cell: str) -> None:
    (row,) = read_csv("".join(as_csv(iter([listed(cell, call=cell)]))))
    assert (row["name"], row["call_session_id"]) == (f"'{cell}", f"'{cell}")
    assert row["phone"] == f"'{ANN.phone}"


def test_json_is_one_array_with_numbers_and_nulls() -> None:
    jobs = [listed(), listed("=1+1")]
    documents = json.loads("".join(as_json(iter(jobs))))
    assert [document["name"] for document in documents] == ['Ann, "A."\nBell', "=1+1"]
    assert (documents[0]["attempts"], documents[0]["result"]) == (0, None)
    assert json.loads("".join(as_json(iter([])))) == []
    assert "".join(as_csv(iter([]))) == ",".join(COLUMNS) + "\r\n"
    assert tuple(documents[0]) == COLUMNS


@pytest.mark.parametrize("write", [as_csv, as_json])
def test_notes_stay_here(write: object) -> None:
    assert callable(write)
    assert "not to be told" not in "".join(write(iter([listed()])))


def test_rows_are_written_while_they_are_read() -> None:
    read = 0

    def jobs() -> Iterator[ListedJob]:
        nonlocal read
        for _ in range(10 * ROWS_AT_ONCE):
            read += 1
            yield listed()

    for chunks in (as_csv(jobs()), as_json(jobs())):
        read = 0
        next(chunks), next(chunks)
        assert read <= ROWS_AT_ONCE + 1


def test_json_that_was_cut_off_does_not_pass_for_all_there_is() -> None:
    def jobs() -> Iterator[ListedJob]:
        yield from (listed() for _ in range(ROWS_AT_ONCE))
        raise ConnectionError

    chunks = as_json(jobs())
    sent = [next(chunks), next(chunks)]
    with pytest.raises(ConnectionError):
        next(chunks)
    with pytest.raises(ValueError, match="Expecting"):
        json.loads("".join(sent))
