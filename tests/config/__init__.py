"""Tests of `config`: settings, logs, servers."""
