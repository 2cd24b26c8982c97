"""Reduces chosen recordings to the facts the project needs: `python -m tests.contracts.distil` writes the fixtures."""

import json
from typing import Any

from tests.contracts import recordings
from tests.contracts.comparison import RATE, message_of, shape

CHOSEN = (
    "001 002 004 005 009 011 015 032 034 038 040 042 044 046 049 052 056 060 062 064 065 068 072 078 084 087 088 106 "
    "108 110 112 116 120 121 125 127 142 144 149 150 152 154 156 160 165 172 173 176 177 178 181 185 186 194 196 197 "
    "200 205 206 208 214 217 220 225 236 244 245 252 260 261 262 265 274 278 281 282 287 320 321 324 330 349 386 387"
)
FACTS = (
    "uid status start end duration eventTypeId cancellationReason rescheduledFromUid rescheduledToUid location "
    "description reservationUid slotDuration metadata"
)


def distil(recording: recordings.Recording) -> dict[str, Any]:
    exchange = recording.exchanges[0]
    recorded = exchange.response or {}
    body = recorded["body"]
    answer: dict[str, Any] = {"status": recorded["status"], "headers": _headers(recorded["headers"])}
    if message_of(body) is not None:
        answer["message"] = message_of(body)
    data = body.get("data")
    facts = {key: data[key] for key in FACTS.split() if isinstance(data, dict) and key in data}
    if facts:
        answer["facts"] = facts
    answer["shape"] = shape(body)
    request = {key: value for key, value in exchange.request.items() if value}
    return {
        "number": recording.number,
        "name": recording.name,
        "scenario": recording.scenario,
        "request": request,
        "response": answer,
    }


def _headers(headers: dict[str, str]) -> dict[str, str]:
    return {name: headers[name] for name in (*RATE, "content-type") if name in headers}


def main() -> None:
    chosen = [distil(r) for r in recordings.load_recordings() if r.number in CHOSEN.split()]
    rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in chosen)
    recordings.DISTILLED.write_text(f"[\n{rows}\n]\n", encoding="utf-8")
    print(f"{len(chosen)} exchanges written")


if __name__ == "__main__":
    main()
