"""Measurements that are looked at, not asserted."""
