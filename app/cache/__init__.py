"""Keeps what Cal.com said about free times for a while, shared by all processes through Redis."""
