"""What all specifications share."""

from typing import Any, Self

from mer.core.digests import canonical
from mer.core.parameters import Params


class Spec(Params):
    """Base of all specifications."""

    def as_json(self) -> str:
        """Write it as a job is given it, and as it is compared with the last run."""
        return canonical(self.model_dump(mode="json"))


class EntrySettings(Params):
    """A catalogue entry: its key and its settings."""

    key: str
    settings: dict[str, Any]

    @classmethod
    def of(cls, key: str, params: Params) -> Self:
        """Describe a catalogue entry with its settings."""
        return cls(key=key, settings=params.model_dump(mode="json"))
