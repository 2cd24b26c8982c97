"""The budget and the breaker, against a real Valkey and without one."""
