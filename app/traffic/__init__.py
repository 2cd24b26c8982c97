"""Keeps requests within limits: ours to Cal.com (a budget and a breaker per key), and those of callers to us."""
