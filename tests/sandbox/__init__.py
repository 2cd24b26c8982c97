"""The stand-in for Cal.com, tested over real sockets."""
