"""The OpenAPI 3.1 document, made from the table of routes and from the models that read the bodies."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable, Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

from aiohttp import web
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from inbox.web import api
from inbox.web.api.answer import as_json
from inbox.web.api.described import Operation, Parameter
from inbox.web.api.shapes import ProblemShape
from inbox.web.context import deps
from inbox.web.routes import Route
from inbox.web.table import FRAGMENT, TABLE

PLACES = {"brand_id": {"type": "integer", "minimum": 1}, "item_id": {"type": "string", "format": "uuid"},
          "file_id": {"type": "string", "format": "uuid"}, "job_id": {"type": "string", "format": "uuid"},
          "freeze_id": {"type": "string", "format": "uuid"}}  # fmt: skip
SECURED = (401, 403, 404, 503)
REF = "#/components/schemas/{model}"
IN_PATH = re.compile(r"\{(\w+)")


async def shown(request: web.Request) -> web.StreamResponse:
    table = request.config_dict[TABLE]
    content = document(table, deps(request).settings.base_url)
    return as_json(_merged(content, request.config_dict[FRAGMENT]))


def document(table: Iterable[Route], base_url: str) -> dict[str, Any]:
    """All routes of the surface `api`; what a module does not describe is listed with what the table knows."""
    routes = [route for route in table if route.surface == "api"]
    described = operations()
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        operation = described.get(route.name, Operation(route.name, "Other"))
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Vigie", "version": "1", "summary": "A crisis-response inbox for community managers."},
        "servers": [{"url": base_url}],
        "paths": paths,
        "components": {
            "schemas": _schemas(described.values()),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "vg_{brand}_{secret}"}},
        },
    }


@cache
def operations() -> Mapping[str, Operation]:
    """Every `OPERATIONS` of the modules beside this one, by route name."""
    found: dict[str, Operation] = {}
    for info in pkgutil.iter_modules(api.__path__):
        module = importlib.import_module(f"{api.__name__}.{info.name}")
        found.update(getattr(module, "OPERATIONS", {}))
    return found


def _operation(route: Route, operation: Operation) -> dict[str, Any]:
    secured = route.access != "public"
    answers = {"200": {"description": operation.summary, **_content(operation.answers)}}
    statuses = {400, *operation.problems, *(SECURED if secured else ())}
    answers |= {str(status): _problem(status) for status in sorted(statuses)}
    described: dict[str, Any] = {
        "operationId": route.name.replace(".", "_"),
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": [*_path_parameters(route.path), *map(_parameter, operation.parameters)],
        "responses": answers,
        "security": [{"token": []}] if secured else [],
    }
    if secured:
        described["description"] = f"Needs the right `{route.access}` on the brand."
    if operation.body is not None:
        described["requestBody"] = {"required": True, **_content(operation.body)}
    if operation.takes is not None:
        described["requestBody"] = {"required": True, **_content(operation.takes)}
    return described


def _content(answers: type[BaseModel] | str | None) -> dict[str, Any]:
    if answers is None:
        return {}
    if isinstance(answers, str):
        return {"content": {answers: {"schema": {"type": "object" if "json" in answers else "string"}}}}
    return {"content": {"application/json": {"schema": {"$ref": REF.format(model=answers.__name__)}}}}


def _problem(status: int) -> dict[str, Any]:
    schema = {"schema": {"$ref": REF.format(model=ProblemShape.__name__)}}
    return {"description": HTTPStatus(status).phrase, "content": {"application/problem+json": schema}}


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": PLACES.get(name, {"type": "string"})}
        for name in IN_PATH.findall(path)
    ]


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required,
        "description": parameter.about,
        "schema": dict(parameter.schema),
    }


def _schemas(described: Iterable[Operation]) -> dict[str, Any]:
    bodies = {operation.body for operation in described if operation.body}
    answers = {o.answers for o in described if isinstance(o.answers, type)} | {ProblemShape}
    models: list[tuple[type[BaseModel], Any]] = [(model, "validation") for model in bodies]
    models += [(model, "serialization") for model in answers]
    models.sort(key=lambda pair: pair[0].__name__)
    _, schema = models_json_schema(models, ref_template=REF)
    found: dict[str, Any] = schema["$defs"]
    return found


def _merged(content: dict[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """The document with what services add: hooks, and the schema of a message."""
    for name, value in more.items():
        known = content.get(name)
        content[name] = _merged(dict(known), value) if isinstance(known, dict) and isinstance(value, Mapping) else value
    return content


ROUTES = [Route("GET", "/api/openapi.json", shown, "public", "api", "openapi")]
OPERATIONS = {"openapi": Operation("This document", "Health", answers="application/json")}
