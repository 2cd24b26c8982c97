"""Tests of the domain: rules only, no server and no clock."""
