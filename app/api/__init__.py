"""JSON over HTTP: reads requests, calls one use case each, and writes answers."""
