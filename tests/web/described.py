"""Requests that the OpenAPI document promises are good, and then spoilt: what a caller might send to any operation."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.channels.mutants import wrong_bytes, wrong_value

WRONG = (
    "", "%20", "x", "-1", "0", "1e9", "9" * 40, "null", "NaN", "%00", "%ud800", "%C3%A9", "%F0%9F%A6%84", "a" * 900,
    "1,2,x", ",", "../..", "%0d%0aX:%20y", "'%20OR%201=1--", "%3Cscript%3E", "2026-13-40",
    "0001-01-01T00:00:00%2B23:59", "%D9%A3",
)  # fmt: skip
"""Values of a query, escaped as they are sent."""


@dataclass(frozen=True)
class Spoilt:
    name: str
    method: str
    path: str
    body: bytes | None
    keyed: bool
    """Whether the operation wants an idempotency key."""


def spoilt(document: Mapping[str, Any], known: Mapping[str, str], count: int, seed: str) -> Iterator[Spoilt]:
    """So many of each operation; the same ones for the same seed. `known`: what stands at a path's places."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for one in _of_operation(document, path, method, operation, random.Random(seed + path + method), count):
                yield _placed(one, known)


def _of_operation(
    document: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any], chance: random.Random, count: int
) -> Iterator[Spoilt]:
    asked = [p["name"] for p in operation["parameters"] if p["in"] == "query"]
    keyed = any(p["name"] == "Idempotency-Key" for p in operation["parameters"])
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    for number in range(count if content or asked else 1):
        body = None
        if content:
            good = json.dumps(example(content["schema"], document, chance)).encode()
            body = wrong_value(good, chance) if number % 3 else wrong_bytes(good, chance)
        query = "&".join(f"{name}={chance.choice(WRONG)}" for name in asked if chance.random() < 0.4)
        yield Spoilt(operation["operationId"], method.upper(), f"{path}?{query}" if query else path, body, keyed)


def _placed(one: Spoilt, known: Mapping[str, str]) -> Spoilt:
    path = one.path
    for name, value in known.items():
        path = path.replace("{" + name + "}", value)
    return Spoilt(one.name, one.method, path, one.body, one.keyed)


def example(schema: Mapping[str, Any], document: Mapping[str, Any], chance: random.Random) -> Any:
    """Something that fits, more or less: the point is to be near what is taken."""
    if "$ref" in schema:
        return example(document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document, chance)
    if choices := schema.get("enum") or ([schema["const"]] if "const" in schema else []):
        return chance.choice(choices)
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return example(chance.choice(schema[several]), document, chance)
    match schema.get("type"):
        case "object":
            return {name: example(part, document, chance) for name, part in schema.get("properties", {}).items()}
        case "array":
            return [example(schema.get("items", {}), document, chance) for _ in range(chance.randint(0, 2))]
        case "integer" | "number":
            return chance.randint(int(schema.get("minimum", 0)), int(schema.get("minimum", 0)) + 5)
        case "boolean":
            return chance.random() < 0.5
        case "string":
            return "2026-11-24T18:00:00Z" if schema.get("format") == "date-time" else "mot"
        case _:
            return None
