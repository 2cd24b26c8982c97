"""`python -m app.sandbox`: runs the stand-in until it is told to stop."""

import argparse
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from app.sandbox.faults import Chance
from app.sandbox.latency import Delay
from app.sandbox.sandbox import Options
from app.sandbox.server import Setup, create_server


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m app.sandbox", description="A stand-in for the Cal.com API v2.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001, help="0 takes a free one")
    parser.add_argument("--state", type=Path, help="file that keeps the bookings across restarts")
    parser.add_argument("--world", type=Path, help="JSON file with users, keys and event types")
    parser.add_argument("--latency", type=Delay.parse, default=Delay(), help="0, 0.3 or lognormal:MEDIAN:P99, seconds")
    parser.add_argument("--read-latency", type=Delay.parse, help="the same for reads; default: as for writes")
    parser.add_argument("--rate-limit", type=int, default=120, help="calls a minute and key; 0 means no limit")
    parser.add_argument("--slots-cache", type=float, default=2.0, help="seconds for which slots may be outdated")
    parser.add_argument("--unique", choices=("on", "off"), default="on", help="off: one slot may be booked twice")
    parser.add_argument(
        "--chance", type=Chance.parse, action="append", default=[], help="NAME=SHARE: a fault for that share of calls"
    )
    return parser.parse_args(arguments)


def main() -> int:
    chosen = parse()
    options = Options(
        unique=chosen.unique == "on",
        slots_cache_seconds=chosen.slots_cache,
        rate_limit=chosen.rate_limit or 120,
        rate_limit_enforced=chosen.rate_limit > 0,
    )
    setup = Setup(
        chosen.state,
        chosen.world,
        chosen.latency,
        chosen.read_latency or chosen.latency,
        options,
        chances=tuple(chosen.chance),
    )
    server = create_server(chosen.host, chosen.port, setup)

    def stop(number: int, frame: FrameType | None) -> None:
        # shutdown() waits for the serving loop, which is this very thread.
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    sys.stdout.write(f"sandbox listening on http://{chosen.host}:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
