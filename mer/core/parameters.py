"""Settings of a catalogue entry: typed, frozen, unknown names refused."""

import json
from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class Params(BaseModel):
    """Base of every settings model: a number is no text, true is no number, infinity is no value."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, validate_default=True, allow_inf_nan=False
    )

    @classmethod
    def from_plain(cls, settings: Any) -> Self:  # noqa: ANN401  # what YAML and JSON can hold
        """Make settings from what a YAML or JSON file holds.

        Raises
        ------
        pydantic.ValidationError
            If a name is unknown or a value has another type.
        """
        # JSON knows lists but no tuples, so that a list is taken for one although types are strict.
        return cls.model_validate_json(json.dumps(settings, default=str))
