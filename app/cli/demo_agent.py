"""The agent that a fresh start comes with, and the sandbox account it books in (app/sandbox/world.json)."""

ORG_ID = "1268c1f0-19f3-47db-aefb-c16a7c3ace6e"
AGENT_ID = "019d1fdb-98e9-7c87-86c7-321e2fa98733"
AGENT_NAME = "Dr. Rivera"
SANDBOX_KEY = "cal_sandbox_rivera"
EVENT_TYPE_ID = 101
