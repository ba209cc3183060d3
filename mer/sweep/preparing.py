"""The jobs that prepare arrays: their files, and the specification that each is given."""

import shlex
from functools import cached_property
from typing import Any

from mer.annotations.tree import STAND_IN
from mer.core.digests import canonical, code_digest, digest
from mer.core.types import Sample
from mer.datasets.annotated import DatabaseParams
from mer.features.base import Recipe
from mer.standins.plan import StandInParams
from mer.standins.planned import stand_in_folder
from mer.sweep.needs import preparing_needs
from mer.sweep.parts import landmarks_recipe, parts, preparing_digest, samples_digest
from mer.sweep.plan import Sweep
from mer.sweep.resources import minutes, preparing_mb
from mer.sweep.specs.base import EntrySettings
from mer.sweep.specs.prepare import ContactSheetSpec, PartsSpec, PrepareSpec

RESULTS = "results"


class PreparingJobs:
    """Paths and specifications of the jobs whose results all sweeps share.

    Parameters
    ----------
    sweep
        A sweep that asks for them.
    """

    def __init__(self, sweep: Sweep) -> None:
        self.sweep = sweep
        self._digests_of_parts: dict[tuple[str, str], dict[str, str]] = {}

    # Files

    def artefact_folder(self, dataset: str) -> str:
        """Name the folder that all representations of a data set share."""
        return f"{dataset}-{self.sweep.index(dataset).fingerprint[:8]}"

    def stand_in(self, folder: str) -> list[str]:
        """Name the file that says that a data set's stand-in is written; none for a real one."""
        key, settings = self._stand_in(self.datasets[folder])
        return [] if settings is None else [f"{stand_in_folder(key, settings)}/{STAND_IN}"]

    @cached_property
    def stand_ins(self) -> dict[str, str]:
        """Arguments of the command that writes each stand-in, by the name of its folder."""
        found = {}
        for name in self.sweep.datasets:
            key, settings = self._stand_in(name)
            if settings is not None:
                chosen = {"dataset": key, **settings.model_dump()}
                options = [f"--{option}={value}" for option, value in chosen.items() if value != ""]
                found[stand_in_folder(key, settings).name] = shlex.join(["--force", *options])
        return found

    def parts(self, folder: str, recipe_key: str) -> list[str]:
        """Name the parts of a representation of a data set, by its artefact folder."""
        return list(self.samples_by_part(folder, recipe_key))

    def samples_by_part(self, folder: str, recipe_key: str) -> dict[str, tuple[Sample, ...]]:
        """List the samples of each part of a representation of a data set, by its artefact folder."""
        return self._parts(self.datasets[folder], self.recipes[recipe_key])

    def landmarks(self, folder: str, recipe_key: str, file: str) -> list[str]:
        """Name a file of the landmarks that a recipe looks for; none if it looks for none."""
        landmarks = landmarks_recipe(self.recipes[recipe_key])
        return [] if landmarks is None else [f"{RESULTS}/artefacts/{folder}/{landmarks.key}/{file}"]

    def contact_sheets(self) -> list[str]:
        """Name the sheets that show what recipes make of clips, and the reports beside them."""
        shown = set()
        for protocol in self.sweep.config.protocols:
            for variant in self.sweep.variants(protocol):
                for dataset, recipe in self.representations(protocol, variant):
                    if self.sweep.config.datasets[dataset].spec.provides == "clips":
                        shown.add(f"{self.artefact_folder(dataset)}/{recipe.key}")
        root = f"{RESULTS}/figures/preprocessing"
        return [f"{root}/{sheet}.{suffix}" for sheet in sorted(shown) for suffix in ("png", "md")]

    # Specifications

    def prepare_spec(self, folder: str, recipe_key: str, part: str) -> str:
        """Specify the job that prepares one part of a data set."""
        name = self.datasets[folder]
        recipe = self.recipes[recipe_key]
        samples = samples_digest(self._parts(name, recipe)[part], self.sweep.index(name).fingerprint)
        spec = PrepareSpec(
            **self._recipe_settings(name, recipe),
            landmarks=self._landmarks_digest(name, recipe, part),
            part=part,
            samples=samples,
            digest=self._part_digests(name, recipe)[part],
        )
        return spec.as_json()

    def parts_spec(self, folder: str, recipe_key: str) -> str:
        """Specify the job that lists the parts of a data set."""
        digests = self._part_digests(self.datasets[folder], self.recipes[recipe_key])
        return PartsSpec(parts=digests).as_json()

    def contact_sheet_spec(self, folder: str, recipe_key: str) -> str:
        """Specify the job that shows what a recipe makes of a few clips of a data set."""
        name = self.datasets[folder]
        recipe = self.recipes[recipe_key]
        spec = ContactSheetSpec(
            **self._recipe_settings(name, recipe),
            title=f"{recipe_key} on {name}",
            parts=self._part_digests(name, recipe),
            revision=code_digest("mer.jobs.contact_sheet"),
        )
        return spec.as_json()

    def _recipe_settings(self, name: str, recipe: Recipe) -> dict[str, Any]:
        return {
            "name": name,
            "dataset": self._dataset(name),
            "feature": EntrySettings.of(recipe.feature, recipe.params),
            "preprocessing": recipe.preprocessing.model_dump(mode="json"),
        }

    # How jobs run

    def execution(self, threads: int, title: str = "") -> str:
        """Tell a job how to run; never compared with the last run."""
        config = self.sweep.config
        return canonical(
            {
                "device": config.device,
                "threads": threads,
                "roots": {name: str(path) for name, path in config.paths.items()},
                "weights": config.weights,
                "title": title,
            }
        )

    def n_preparing_gpus(self, recipe_key: str) -> int:
        """Count the GPUs that a job asks for that prepares a representation."""
        return int(self.sweep.prepares_on_gpu(self.recipes[recipe_key]))

    def preparing_mb(self, recipe_key: str, attempt: int) -> int:
        """Count the memory that a preparing job asks for, in MB."""
        recipe = self.recipes[recipe_key]
        return preparing_mb(recipe.feature, gpu=self.sweep.prepares_on_gpu(recipe), attempt=attempt)

    def preparing_minutes(self, folder: str, recipe_key: str, part: str, attempt: int) -> int:
        """Count the minutes that a job asks for that prepares one part of a data set."""
        n_clips = len(self.samples_by_part(folder, recipe_key)[part])
        core_ms = preparing_needs(self.recipes[recipe_key].feature).core_ms
        return minutes(n_clips * core_ms / 1000, attempt)

    # Look-ups

    @cached_property
    def datasets(self) -> dict[str, str]:
        """Data sets by their artefact folder."""
        return {self.artefact_folder(name): name for name in self.sweep.datasets}

    @cached_property
    def recipes(self) -> dict[str, Recipe]:
        """Representations that some variant asks for, and the landmarks that these need, by their key."""
        names = self.sweep.config.variants
        variants = [*map(self.sweep.recipe, names), *map(self.sweep.macro_recipe, names)]
        asked = [recipe for recipe in variants if recipe is not None]
        landmarks = [landmarks_recipe(recipe) for recipe in asked]
        return {recipe.key: recipe for recipe in (*asked, *landmarks) if recipe is not None}

    def representations(self, protocol: str, variant: str) -> list[tuple[str, Recipe]]:
        """Pair every data set that a variant looks at under a protocol with its representation."""
        asked = (
            (self.sweep.recipe(variant), self._datasets_of(protocol)),
            (self.sweep.macro_recipe(variant), self.sweep.config.variants[variant].macro),
        )
        return [(name, recipe) for recipe, names in asked if recipe is not None for name in names]

    def _stand_in(self, name: str) -> tuple[str, StandInParams | None]:
        """Return a data set's key, and the settings of its stand-in if it is one."""
        entry = self.sweep.config.datasets[name]
        settings = entry.params.stand_in if isinstance(entry.params, DatabaseParams) else None
        return entry.spec.name, settings

    def _datasets_of(self, protocol: str) -> tuple[str, ...]:
        return self.sweep.config.protocols[protocol].params.datasets

    def _parts(self, dataset: str, recipe: Recipe) -> dict[str, tuple[Sample, ...]]:
        provides = self.sweep.config.datasets[dataset].spec.provides
        return parts(self.sweep.index(dataset).samples, provides, recipe)

    def _landmarks_digest(self, dataset: str, recipe: Recipe, part: str) -> str:
        """Digest the part of landmarks that a part is made with; blank if it needs none."""
        landmarks = landmarks_recipe(recipe)
        return "" if landmarks is None else self._part_digests(dataset, landmarks)[part]

    def _part_digests(self, dataset: str, recipe: Recipe) -> dict[str, str]:
        """Digest what each part of a data set is made of, once for the jobs of all its parts."""
        key = (dataset, recipe.key)
        if key not in self._digests_of_parts:
            preparing = self._preparing(dataset, recipe)
            fingerprint = self.sweep.index(dataset).fingerprint
            self._digests_of_parts[key] = {
                part: digest([samples_digest(samples, fingerprint), preparing])
                for part, samples in self._parts(dataset, recipe).items()
            }
        return self._digests_of_parts[key]

    def _dataset(self, name: str) -> EntrySettings:
        entry = self.sweep.config.datasets[name]
        return EntrySettings.of(entry.spec.name, entry.params)

    def _preparing(self, dataset: str, recipe: Recipe) -> str:
        spec = self.sweep.config.datasets[dataset].spec
        # What an annotated database is made of is in its fingerprint; reading frames is the same for all.
        annotated = issubclass(spec.params, DatabaseParams)
        reader = "mer.media.clips" if annotated else f"mer.datasets.{spec.name}"
        return preparing_digest(reader, self.sweep.index(dataset).fingerprint, recipe)
