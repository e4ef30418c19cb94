"""The API's reference page: the OpenAPI document, read by people, served without outside hosts."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator


@dataclass(frozen=True)
class Field:
    """A parameter or a property: name, type in words, whether required, meaning."""

    name: str
    kind: str
    is_required: bool
    meaning: str


@dataclass(frozen=True)
class Operation:
    """One method on one path."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Field]
    body: list[Field]
    answers: list[tuple[str, str]]


@dataclass
class Group:
    """The operations of one subject."""

    name: str
    operations: list[Operation] = field(default_factory=list)


def _resolve(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if len(schema.get("allOf", [])) == 1:
        return _resolve(schema["allOf"][0], document)
    return schema


def _kind(schema: dict[str, Any], document: dict[str, Any]) -> str:
    schema = _resolve(schema, document)
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}), document)}"
    if "enum" in schema:
        return "one of " + ", ".join(str(value) for value in schema["enum"] if value not in ("", None))
    kind = schema.get("type", "object")
    return str(schema.get("format") or kind if isinstance(kind, str) else " or ".join(kind))


def _properties(schema: dict[str, Any], document: dict[str, Any]) -> list[Field]:
    schema = _resolve(schema, document)
    required = set(schema.get("required", []))
    return [
        Field(name, _kind(value, document), name in required, value.get("description", ""))
        for name, value in schema.get("properties", {}).items()
        if not value.get("readOnly")
    ]


def _operation(method: str, path: str, raw: dict[str, Any], document: dict[str, Any]) -> Operation:
    content = raw.get("requestBody", {}).get("content", {}).get("application/json", {})
    text = raw.get("description", "").strip()
    summary, _, rest = text.partition("\n")
    return Operation(
        anchor=raw["operationId"],
        method=method.upper(),
        path=path,
        summary=summary.rstrip(".") or raw["operationId"],
        description=rest.strip(),
        parameters=[
            Field(p["name"], _kind(p["schema"], document), p.get("required", False), p.get("description", ""))
            for p in raw.get("parameters", [])
        ],
        body=_properties(content.get("schema", {}), document),
        answers=[(code, value.get("description", "")) for code, value in raw.get("responses", {}).items()],
    )


@lru_cache(maxsize=1)
def reference() -> list[Group]:
    """Read the OpenAPI document once per process and group its operations by the first word of the path."""
    document = SchemaGenerator().get_schema(request=None, public=True)
    groups: dict[str, Group] = {}
    for path, methods in document["paths"].items():
        name = path.removeprefix("/api/v1/").split("/")[0].replace("-", " ").capitalize()
        group = groups.setdefault(name, Group(name))
        group.operations += [
            _operation(method, path, raw, document) for method, raw in methods.items() if isinstance(raw, dict)
        ]
    return list(groups.values())


@require_safe
def api_reference(request: HttpRequest) -> HttpResponse:
    """Show the reference. Queries: 0."""
    return render(request, "api/reference.html", {"groups": reference()})
