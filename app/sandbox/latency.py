"""How long the stand-in thinks: nothing, a fixed time, or a lognormal spread with a median and a 99th percentile."""

import math
import random
from dataclasses import dataclass

_Z99 = 2.3263478740408408  # the 99th percentile of the standard normal distribution


@dataclass(frozen=True)
class Delay:
    """`0`, `0.25` or `lognormal:MEDIAN:P99`, all in seconds."""

    median: float = 0.0
    p99: float | None = None

    @classmethod
    def parse(cls, text: str) -> "Delay":
        kind, _, rest = text.partition(":")
        if kind != "lognormal":
            return cls(float(text))
        median, p99 = (float(part) for part in rest.split(":"))
        if not 0 < median <= p99:
            raise ValueError("lognormal wants 0 < MEDIAN <= P99")
        return cls(median, p99)

    def draw(self, dice: random.Random) -> float:
        if self.p99 is None:
            return self.median
        sigma = math.log(self.p99 / self.median) / _Z99
        return dice.lognormvariate(math.log(self.median), sigma)

    def __str__(self) -> str:
        return f"{self.median:g}" if self.p99 is None else f"lognormal:{self.median:g}:{self.p99:g}"


@dataclass
class Latency:
    """Writes wait between their check and their commit, which is where the real server loses its races."""

    reads: Delay
    writes: Delay
    dice: random.Random

    def of_read(self) -> float:
        return self.reads.draw(self.dice)

    def of_write(self) -> float:
        return self.writes.draw(self.dice)
