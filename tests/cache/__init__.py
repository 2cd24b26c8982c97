"""The slot cache, against a real Valkey."""
