"""The JSON schema of configurations, for completion in editors."""

from collections.abc import Mapping
from typing import Any

from mer.core.parameters import Params
from mer.sweep.config import SECTIONS, SweepFile
from mer.sweep.missing_data import DatasetPlan
from mer.sweep.variant_plan import VariantPlan

# What entries of a section may say beside their own settings.
_PLANS: Mapping[str, type[Params]] = {"datasets": DatasetPlan, "variants": VariantPlan}


def schema() -> dict[str, Any]:
    """Make the JSON schema of a configuration file from the models that check it.

    Every entry of a catalogue is one alternative with its own settings and their descriptions. The
    schema is kept in ``workflow/schemas/config.schema.json``; a test compares the two.
    """
    document = SweepFile.model_json_schema()
    definitions: dict[str, Any] = document.pop("$defs", {})
    for section, (key, catalogue) in SECTIONS.items():
        alternatives = []
        for name, spec in sorted(catalogue.items()):
            definition = f"{key}_{name}"
            planned = _PLANS[section].model_json_schema()["properties"] if section in _PLANS else {}
            definitions[definition] = _entry(key, name, spec.params.model_json_schema(), planned)
            definitions.update(definitions[definition].pop("$defs", {}))
            alternatives.append({"$ref": f"#/$defs/{definition}"})
        document["properties"][section]["additionalProperties"] = {"anyOf": [*alternatives, {"type": "null"}]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **document, "$defs": definitions}


def _entry(key: str, name: str, settings: Mapping[str, Any], planned: Mapping[str, Any]) -> dict[str, Any]:
    """Add the keys that name the catalogue entry and plan its runs to the schema of its settings."""
    named = {"const": name, "description": f"The {key}."}
    properties = {key: named, **planned, **settings.get("properties", {})}
    return {**settings, "properties": properties}
