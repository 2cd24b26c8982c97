"""Which starts of a day are hidden: those within any of the times that are taken or reserved, and no others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.cache.slot_store import Known

MOMENTS = st.integers(0, 40)


@given(starts=st.sets(MOMENTS), taken=st.lists(st.tuples(MOMENTS, MOMENTS)))
def test_a_start_is_hidden_if_it_lies_in_a_time_that_is_taken(starts, taken):
    left = Known({}, {}, taken).without_hidden(tuple(sorted(starts)))
    assert left == tuple(start for start in sorted(starts) if not any(begin <= start < end for begin, end in taken))
