"""Tests of the HTTP side, against use cases whose answers the test decides."""
