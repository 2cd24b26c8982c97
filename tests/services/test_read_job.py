"""Polling a job by its id."""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn

import pytest

from app.domain.answers import Result
from app.domain.errors import RefusedError
from tests.services.desk import Desk

ID = "job_0123456789abcdefghjkmnpqrs"


def refused(desk: Desk, job_id: str) -> Result:
    with pytest.raises(RefusedError) as caught:
        desk.read_job(job_id)
    return caught.value.result


def test_an_id_that_nobody_was_given_is_unknown(desk: Desk) -> None:
    assert refused(desk, ID) is Result.UNKNOWN_JOB


@pytest.mark.parametrize("job_id", ["", "job_1", "\x00", "\u00e9", "x" * 3000, ID + "0", ID + "\n", ID.upper()])
def test_what_cannot_be_an_id_is_unknown_without_a_look_into_the_database(desk: Desk, job_id: str) -> None:
    def looked_up() -> NoReturn:
        raise AssertionError("the database was asked")

    desk.read_job = replace(desk.read_job, read_unit=looked_up)

    assert refused(desk, job_id) is Result.UNKNOWN_JOB
