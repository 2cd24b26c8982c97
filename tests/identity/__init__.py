"""Tests of how operators prove who they are."""
