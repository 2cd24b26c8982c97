"""The stand-in answers what a real Cal.com server answered, request by request."""

import pytest

from tests.contracts import recordings
from tests.contracts.replay import Result, replay_all

WHOLE = recordings.load_recordings()
OUT_OF_SCOPE = recordings.load_out_of_scope()
IN_SCOPE = [r.name for r in WHOLE if r.name not in OUT_OF_SCOPE]
DISTILLED = [r.name for r in recordings.load_distilled()]
NOT_HERE = "the whole recordings are not beside this project; the distilled ones are replayed instead"

Results = dict[str, Result]


# The recordings share one server's state, so they are always replayed all and in order, whichever test is asked for.
@pytest.fixture(scope="module")
def whole() -> Results:
    return {result.recording.name: result for result in replay_all(WHOLE, OUT_OF_SCOPE)}


@pytest.fixture(scope="module")
def distilled() -> Results:
    return {result.recording.name: result for result in replay_all(recordings.load_distilled())}


@pytest.mark.skipif(not WHOLE, reason=NOT_HERE)
@pytest.mark.parametrize("name", IN_SCOPE)
def test_answers_as_recorded(whole: Results, name: str) -> None:
    assert whole[name].wrong == []


@pytest.mark.parametrize("name", DISTILLED)
def test_answers_as_distilled(distilled: Results, name: str) -> None:
    assert distilled[name].wrong == []


@pytest.mark.skipif(not WHOLE, reason=NOT_HERE)
def test_every_recording_left_out_has_a_reason() -> None:
    assert set(OUT_OF_SCOPE) <= {r.name for r in WHOLE}
    assert all(reason.strip() for reason in OUT_OF_SCOPE.values())
