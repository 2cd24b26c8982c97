"""Keeps the requests to Cal.com within what it allows and can bear: a budget and a breaker per key, through Redis."""
