"""Tests of the desk as a person uses it: a real browser over the real processes."""
