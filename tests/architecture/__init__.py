"""Tests of the shape of the code: who may import what, how long things may get, what must be written down."""
