"""The service under fire: real processes killed, frozen, cut off and lied to, and a ledger that counts what it cost."""
