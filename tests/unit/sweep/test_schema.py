import json

from mer.datasets import DATASETS
from mer.methods import METHODS
from mer.protocols import PROTOCOLS
from mer.sweep.missing_data import DatasetPlan
from mer.sweep.schema import schema
from mer.sweep.variant_plan import VariantPlan


def test_the_schema_file_is_what_the_models_give(repository):
    stored = json.loads((repository / "workflow" / "schemas" / "config.schema.json").read_text())
    assert stored == schema(), "run 'make schema'"


def test_every_catalogue_entry_has_its_settings_in_the_schema():
    definitions = schema()["$defs"]
    for key, catalogue in (("dataset", DATASETS), ("protocol", PROTOCOLS), ("method", METHODS)):
        for name, spec in catalogue.items():
            plan = {"method": VariantPlan, "dataset": DatasetPlan}.get(key)
            plan = set(plan.model_fields) if plan else set()
            expected = {key, *plan, *spec.params.model_fields}
            assert set(definitions[f"{key}_{name}"]["properties"]) == expected


def test_every_reference_can_be_resolved():
    text = json.dumps(schema())
    names = set(schema()["$defs"])
    references = {part.split('"')[0] for part in text.split("#/$defs/")[1:]}
    assert references <= names
