"""From the specification of a job to what it works on: the reader of a data set, a recipe."""

from pathlib import Path
from typing import Any

from mer.core.location import Location
from mer.core.types import Execution
from mer.datasets import DATASETS
from mer.features import FEATURES
from mer.features.base import Recipe
from mer.preprocessing.steps import Preprocessing
from mer.sweep.specs.base import EntrySettings
from mer.sweep.specs.prepare import RecipeSpec


def build_dataset(name: str, entry: EntrySettings, execution: Execution) -> Any:  # noqa: ANN401  # clips or flow images, as the entry says
    """Make the reader of a data set by its specification."""
    dataset = DATASETS[entry.key]
    root = execution.roots.get(name)
    params = dataset.params.from_plain(entry.settings)
    return dataset.build(params, Location(name, Path(root) if root else None))


def build_recipe(spec: RecipeSpec) -> Recipe:
    """Make the recipe that a specification describes."""
    return Recipe(
        spec.feature.key,
        FEATURES[spec.feature.key].params.from_plain(spec.feature.settings),
        Preprocessing.from_plain(spec.preprocessing),
    )
