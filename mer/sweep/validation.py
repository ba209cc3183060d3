"""Checking settings: every mistake in words, with the nearest valid name."""

from collections.abc import Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from mer.core.errors import unknown_name
from mer.core.parameters import Params

P = TypeVar("P", bound=Params)


def validated(model: type[P], raw: dict[str, Any], place: str, problems: list[str]) -> P | None:
    """Validate settings; on failure describe every mistake and return None."""
    try:
        return model.from_plain(raw)
    except ValidationError as error:
        for mistake in error.errors():
            if mistake["type"] == "too_short" and mistake["input"]:
                continue  # it is short of what is wrong with its items, which is said
            where = ".".join([*filter(None, [place]), *map(str, mistake["loc"])])
            problems.append(f"{where}: {_explained(model, mistake)}")
        return None


def _explained(model: type[BaseModel], mistake: Mapping[str, Any]) -> str:
    """Put a mistake into words, with the nearest valid name where a key is unknown."""
    if mistake["type"] == "extra_forbidden":
        *parents, key = mistake["loc"]
        for parent in parents:
            model = _nested(model, str(parent))
        return unknown_name("key", str(key), model.model_fields)
    message = str(mistake["msg"]).removeprefix("Value error, ")
    if mistake["type"] in ("missing", "value_error"):
        return message
    return f"{message}. Got {mistake['input']!r}"


def _nested(model: type[BaseModel], field: str) -> type[BaseModel]:
    annotation = model.model_fields[field].annotation
    # Settings that may be left out are a union with None.
    for choice in get_args(annotation) or (annotation,):
        if isinstance(choice, type) and issubclass(choice, BaseModel):
            return choice
    return model
