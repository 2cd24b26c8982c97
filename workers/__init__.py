"""Where queued work runs: the Celery worker and the scheduler."""
