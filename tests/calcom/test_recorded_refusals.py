"""Every refusal a real Cal.com server gave is understood as the table beside this file says."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from app.calcom.failures import outcome_of
from tests.calcom.recordings import FOLDER, recorded
from tests.calcom.told import told

EXPECTED = Path(__file__).with_name("recorded_refusals.tsv")

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the recordings are not here")


def test_each_recorded_refusal_is_understood_as_written_down() -> None:
    with EXPECTED.open(encoding="utf-8", newline="") as table:
        expected = [tuple(row.values()) for row in csv.DictReader(table, delimiter="\t")]
    refused = [one for one in recorded() if one.reply.status >= 400]
    seen = [
        (one.name, one.operation.value, str(one.reply.status), told(outcome_of(one.reply, one.operation, uid=one.uid)))
        for one in refused
    ]
    assert len(seen) > 100
    assert seen == expected


def test_no_trace_of_a_recorded_refusal_holds_an_address_or_a_uid() -> None:
    for one in recorded():
        if one.reply.status >= 400:
            trace = outcome_of(one.reply, one.operation, uid=one.uid).trace
            assert "@" not in trace.detail.replace("…@…", "")
            assert not one.uid or one.uid not in trace.detail
            assert len(trace.detail) <= 200
