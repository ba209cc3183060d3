"""What all specifications share."""

from typing import Any

from mer.core.parameters import Params


class Spec(Params):
    """Base of all specifications."""


class EntrySettings(Params):
    """A catalogue entry: its key and its settings."""

    key: str
    settings: dict[str, Any]
