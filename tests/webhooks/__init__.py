"""Signing, sending and the rules about where to, over real sockets."""
