"""Settings of a catalogue entry: typed, frozen, unknown names refused."""

from pydantic import BaseModel, ConfigDict


class Params(BaseModel):
    """Base of every settings model."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)
