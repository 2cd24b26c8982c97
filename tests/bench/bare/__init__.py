"""What Ringbook is compared with: the same work done bare, as well as one would write it without Ringbook."""

READY = "bare:ready-answer"
"""The Redis key under which the answer to a warm read lies ready."""
