"""The worker process: its tasks and its guard against stalling."""
