"""Encrypt every stored Cal.com key and webhook secret anew, after a new secret key was put first."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.stores import OpenUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateKeys:
    """Returns how many accounts and endpoints that were: all of them or, where one cannot be read, none."""

    open_unit: OpenUnit

    def __call__(self) -> int:
        with self.open_unit() as unit:
            rotated = unit.directory.rotate_keys() + unit.endpoints.rotate_keys() + unit.hooks.rotate_keys()
            unit.commit()
        return rotated
