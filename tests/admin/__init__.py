"""Tests of the desk: the whole web process in this one, and browsers that operators use."""
