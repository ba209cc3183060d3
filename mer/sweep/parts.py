"""How a data set is divided into files of arrays, and what each file depends on."""

import re
from collections import defaultdict
from collections.abc import Sequence

from mer.core.digests import code_digest, digest
from mer.core.types import Sample
from mer.features import FEATURES
from mer.features.base import Recipe


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
    if not FEATURES[recipe.feature].needs_apex(recipe.params):
        return tuple(samples)
    return tuple(sample for sample in samples if sample.apex is not None)


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
    code = code_digest("mer.jobs.prepare", reader, f"mer.features.{recipe.feature}")
    return digest([fingerprint, recipe.described(), code])


def _file_name(subject: str) -> str:
    """Turn a subject key into a file name; one that had to be changed gets a digest of its own."""
    names = subject.split(":", 1)
    safe = ".".join(re.sub(r"[^A-Za-z0-9_]", "_", name) for name in names)
    return safe if safe == ".".join(names) else f"{safe}-{digest(subject)[:6]}"
