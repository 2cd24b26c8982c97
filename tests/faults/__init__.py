"""The service under fire: real processes killed, frozen, cut off and lied to, and a ledger that counts what it cost.

The short form is part of `make test`; `python -m tests.faults` (`make faults`) plays everything. A new kind of trouble
is a function in `scenarios/` with `@scenario(...)`; one that a guard of the product is there for stands in `guards.py`.
"""
