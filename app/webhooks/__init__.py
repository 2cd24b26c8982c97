"""Sends events to the endpoints of others: signs them, and decides which addresses may be reached."""
