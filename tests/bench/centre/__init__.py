"""The call centre: the same callers served by Ringbook, by a plain direct client and by a published tool."""
