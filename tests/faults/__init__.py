"""The service under fire: real processes killed, frozen, cut off and lied to, and a ledger that counts what it cost.

The short form is part of `make test`; `make faults` plays everything, and tells with ARGS="--help" what to choose from.
A new kind of trouble is a function in `scenarios/`; one that a guard of the product is there for stands in `guards.py`.
"""
