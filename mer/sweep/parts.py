"""How a data set is divided into files of arrays, and what each file depends on."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from mer.core.digests import code_digest, digest
from mer.core.types import Sample
from mer.features import FEATURES
from mer.features.base import Recipe
from mer.preprocessing.steps import LOCATING, Preprocessing


def parts(samples: Sequence[Sample], provides: str, recipe: Recipe) -> dict[str, tuple[Sample, ...]]:
    """Divide a data set into the parts that are prepared by one job each.

    Clips are divided by subject; finished flow images are so small that they stay together.

    Returns
    -------
    dict
        Samples by the part's name, which is fit for a file name.
    """
    if provides == "flow_images":
        return {"all": tuple(samples)}
    by_subject = defaultdict(list)
    for sample in _with_apex(samples, recipe):
        by_subject[sample.subject].append(sample)
    return {_file_name(subject): tuple(group) for subject, group in sorted(by_subject.items())}


def _with_apex(samples: Sequence[Sample], recipe: Recipe) -> tuple[Sample, ...]:
    """Leave out samples that a representation cannot be computed of, as no apex is annotated.

    A protocol that uses one of them cannot run the methods that ask for it; one that does not can.
    """
    if not needs_annotated_apex(recipe):
        return tuple(samples)
    return tuple(sample for sample in samples if sample.apex is not None)


def needs_annotated_apex(recipe: Recipe) -> bool:
    """Tell whether a recipe can do nothing with a clip whose apex is not annotated."""
    apex = recipe.preprocessing.apex
    return apex is not None and apex.needs_annotation


def relevant(recipe: Recipe) -> Recipe:
    """Drop settings that change nothing: the apex, for what does not look at it; landmarks without a use."""
    settings = recipe.preprocessing
    unused: dict[str, object] = {}
    if FEATURES[recipe.feature].looks_at(recipe.params) != "onset_apex":
        unused["apex"] = None
        if settings.align is None and settings.crop is None:
            unused["landmarks"] = None
    if settings.landmarks is None or "landmarks" in unused:
        unused["without_face"] = "refuse"
    return replace(recipe, preprocessing=settings.model_copy(update=unused))


def landmarks_recipe(recipe: Recipe) -> Recipe | None:
    """Return the recipe of the landmarks that a recipe needs and no database gives; None if it needs none."""
    by = recipe.preprocessing.finder
    if by is None:
        return None
    # By the catalogue: an import would make the code that finds faces part of every representation.
    params = FEATURES["landmarks"].params.from_plain({"by": by})
    return Recipe("landmarks", params, Preprocessing(apex=None))


def samples_digest(samples: Sequence[Sample], fingerprint: str) -> str:
    """Digest the samples of a part as far as arrays depend on them: labels play no role.

    Parameters
    ----------
    samples
        Samples of the part.
    fingerprint
        Of the data set's index.
    """
    return digest([fingerprint, [[s.sample_id, s.onset, s.apex, s.offset, s.fps] for s in samples]])


def preparing_digest(reader: str, fingerprint: str, recipe: Recipe) -> str:
    """Digest what is computed from a data set, whichever the samples: settings and code.

    Parameters
    ----------
    reader
        Module that reads the data set's frames.
    fingerprint
        Of the data set's index.
    recipe
        The representation.
    """
    steps = [f"mer.preprocessing.steps.{name}" for name in recipe.preprocessing.modules]
    code = code_digest("mer.jobs.prepare", reader, f"mer.features.{recipe.feature}", *steps)
    landmarks = landmarks_recipe(recipe)
    found = [] if landmarks is None else [preparing_digest(reader, fingerprint, landmarks)]
    # What the catalogue of steps decides is no code that is followed.
    order = [LOCATING, recipe.preprocessing.modules, recipe.preprocessing.needs_all_frames]
    return digest([fingerprint, recipe.described(), code, order, *found])


def _file_name(subject: str) -> str:
    """Turn a subject key into a file name; one that had to be changed gets a digest of its own."""
    names = subject.split(":", 1)
    safe = ".".join(re.sub(r"[^A-Za-z0-9_]", "_", name) for name in names)
    return safe if safe == ".".join(names) else f"{safe}-{digest(subject)[:6]}"
