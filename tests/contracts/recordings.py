"""Reads recorded exchanges with a real Cal.com server: whole ones from outside, distilled ones from the project."""

import csv
import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RECORDED = HERE.parents[2] / "shared" / "calcom" / "recordings"
DISTILLED = HERE / "fixtures" / "exchanges.json"
PRELUDES = HERE / "fixtures" / "preludes.json"
OUT_OF_SCOPE = HERE / "out_of_scope.tsv"


@dataclass(frozen=True)
class Exchange:
    """One request with its answer; the answer is whole, or only what a distilled fixture says of it."""

    request: dict[str, Any]
    response: dict[str, Any] | None


@dataclass(frozen=True)
class Recording:
    number: str
    name: str
    scenario: str
    exchanges: list[Exchange]
    deliveries: list[dict[str, Any]] | None = None
    rounds: list[Any] = field(default_factory=list)
    afterwards: Exchange | None = None
    distilled: bool = False

    @property
    def time(self) -> datetime | None:
        """When it was made, as far as its answers tell."""
        texts = [text for exchange in self.exchanges for text in _times(exchange)]
        return max((datetime.fromisoformat(text) for text in texts), default=None)


def _times(exchange: Exchange) -> list[str]:
    body = (exchange.response or {}).get("body")
    if not isinstance(body, dict):
        return []
    if "timestamp" in body:
        return [body["timestamp"]]
    data = body.get("data")
    created = exchange.request.get("method") == "POST" and exchange.response and exchange.response["status"] == 201
    return [data["createdAt"]] if created and isinstance(data, dict) and "createdAt" in data else []


def load_recordings(folder: Path = RECORDED) -> list[Recording]:
    return [_recording(path) for path in sorted(folder.glob("[0-9]*.json"))]


def _recording(path: Path) -> Recording:
    data = json.loads(path.read_text(encoding="utf-8"))
    requests = data.get("requests") or [data["request"]]
    responses = data.get("responses") or [data.get("response")]
    after = data.get("asked_after_restart")
    return Recording(
        number=path.name[:3],
        name=path.stem,
        scenario=data["scenario"],
        exchanges=[Exchange(q, r) for q, r in zip(requests, responses, strict=True)],
        deliveries=data.get("deliveries"),
        rounds=data.get("all_rounds", []),
        afterwards=Exchange(after["request"], after["response"]) if after else None,
    )


def load_distilled(path: Path = DISTILLED) -> list[Recording]:
    return [
        Recording(
            number=row["number"],
            name=row["name"],
            scenario=row["scenario"],
            exchanges=[Exchange(row["request"], row["response"])],
            distilled=True,
        )
        for row in json.loads(path.read_text(encoding="utf-8"))
    ]


def load_preludes(path: Path = PRELUDES) -> dict[str, dict[str, Any]]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def load_out_of_scope(path: Path = OUT_OF_SCOPE) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as lines:
        return {row["recording"]: row["reason"] for row in csv.DictReader(lines, delimiter="\t")}
