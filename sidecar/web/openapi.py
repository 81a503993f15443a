"""The signed API as an OpenAPI 3.1 document, made from the bodies and the routes, so that it cannot fall behind."""

from __future__ import annotations

import re
from typing import Any

from flask import current_app
from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema

from sidecar.web import bodies

REF = "#/components/schemas/{model}"
PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `detail` is one sentence for people, in the asked language.",
    "required": ["type", "title", "status", "code", "detail", "params"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "stable"},
        "detail": {"type": "string"},
        "params": {"type": "object"},
    },
}
HEADERS = [
    {"name": name, "in": "header", "required": True, "schema": {"type": "string"}, "description": text}
    for name, text in (
        ("webhook-id", "unique per call"),
        ("webhook-timestamp", "seconds since 1970, at most 300 from the sidecar's clock"),
        ("webhook-signature", "v1,base64(HMAC-SHA256(secret, id.timestamp.body)), several separated by a space"),
    )
]
ERRORS = {
    "401": "not signed by this office, or too old",
    "403": "not this person's turn",
    "404": "no such case",
    "409": "seen before, or the case is in another state",
    "410": "the pairing code is not good (any more)",
    "413": "larger than 2 MiB",
    "422": "not in the agreed form",
    "429": "too many wrong pairing codes",
    "503": "busy; nothing was changed",
}


def document() -> dict[str, Any]:
    """The whole document, from the application that is running."""
    schemas, paths = _schemas(), {}
    for rule in current_app.url_map.iter_rules():
        view = current_app.view_functions[rule.endpoint]
        if getattr(view, "form", None):
            path = re.sub(r"<(\w+)>", r"{\1}", rule.rule)
            paths[path] = {"post": _operation(rule.endpoint, view, path)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tayang sidecar", "version": "1", "description": "Calls from the WordPress plugin."},
        "paths": paths,
        "components": {"schemas": {**schemas, "Problem": PROBLEM}},
    }


def _operation(endpoint: str, view: Any, path: str) -> dict[str, Any]:
    created = endpoint.endswith("open_")
    problem = {"application/problem+json": {"schema": {"$ref": REF.format(model="Problem")}}}
    return {
        "operationId": endpoint.split(".")[-1].strip("_"),
        "summary": (view.__doc__ or "").split("\n")[0],
        "parameters": [*_path_parameters(path), *(HEADERS if getattr(view, "signed", False) else [])],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _body(view.form)}}},
        "responses": {
            "201" if created else "200": {
                "description": "done",
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            **{status: {"description": text, "content": problem} for status, text in ERRORS.items()},
        },
    }


def _path_parameters(path: str) -> list[dict[str, Any]]:
    names = re.findall(r"{(\w+)}", path)
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _body(form: type[BaseModel] | TypeAdapter[Any]) -> dict[str, Any]:
    if isinstance(form, TypeAdapter):
        return {"oneOf": [{"$ref": REF.format(model=model.__name__)} for model in _commands()]}
    return {"$ref": REF.format(model=form.__name__)}


def _commands() -> list[type[BaseModel]]:
    return [*bodies.CommandBody.__subclasses__()]


def _schemas() -> dict[str, Any]:
    models: list[type[BaseModel]] = [
        bodies.Pair,
        bodies.Sop,
        bodies.People,
        bodies.OpenCase,
        bodies.ViewCase,
        bodies.Changes,
        bodies.ListCases,
        bodies.Board,
        bodies.Tasks,
        bodies.Calendar,
        *_commands(),
    ]
    _, made = models_json_schema([(model, "validation") for model in models], ref_template=REF)
    schemas: dict[str, Any] = made["$defs"]
    return schemas
