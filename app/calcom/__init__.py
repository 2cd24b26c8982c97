"""Cal.com's API v2, as a `Calendar`."""
