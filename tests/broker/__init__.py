"""Publisher and doorbell, against a real Valkey."""
