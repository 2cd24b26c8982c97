"""A stand-in for the Cal.com API v2: its own process on its own port, importing nothing of ours."""
