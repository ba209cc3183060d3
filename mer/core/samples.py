"""Making samples: keys that carry their database, no clip twice."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from mer.core.errors import DataError, listed
from mer.core.types import COMPOSITE, Sample, Source

# Databases that show the people of another one.
_SAME_PEOPLE = {"smic_hs": "smic", "smic_vis": "smic", "smic_nir": "smic", "samm_lv": "samm"}


def people_of(database: str) -> str:
    """Name whose faces a database shows: the cameras of SMIC filmed the same people, for one.

    Examples
    --------
    >>> people_of("smic_vis"), people_of("samm_lv"), people_of("casme2")
    ('smic', 'samm', 'casme2')
    """
    return _SAME_PEOPLE.get(database, database)


def named_sample(
    dataset: str,
    *,
    database: str,
    subject: str,
    clip: str,
    emotion: str,
    source: Source,
    person: str = "",
    **annotation: Any,  # noqa: ANN401  # the optional fields of Sample
) -> Sample:
    """Make a sample with its keys: subject and sample id carry their database.

    ``person`` is needed only where one person appears under several subjects and this is not known
    of the databases: the cameras of SMIC filmed the same people, SAMM's long videos are SAMM's.

    Raises
    ------
    DataError
        If a name holds a colon, which separates the parts of a key.
    """
    for what, name in (("database", database), ("subject", subject), ("clip", clip)):
        if ":" in name or not name or not name.isprintable():
            raise DataError(f"the {what} {name!r} must be a name of printable characters without a colon")
    if database == COMPOSITE:
        raise DataError(f"'{COMPOSITE}' stands for all databases together; call the database otherwise")
    key = f"{database}:{subject}"
    return Sample(
        sample_id=f"{key}:{clip}",
        dataset=dataset,
        database=database,
        subject=key,
        person=person or f"{people_of(database)}:{subject}",
        clip=clip,
        emotion=emotion,
        source=source,
        **annotation,
    )


def sorted_unique(samples: Sequence[Sample], place: str) -> tuple[Sample, ...]:
    """Sort samples by name.

    Raises
    ------
    DataError
        If a sample occurs twice.
    """
    ordered = sorted(samples, key=lambda sample: sample.sample_id)
    doubled = sorted({a.sample_id for a, b in pairwise(ordered) if a.sample_id == b.sample_id})
    if doubled:
        raise DataError(
            listed(
                f"{place}: a clip may occur once per database and subject. Remove the doubles of:", doubled
            )
        )
    return tuple(ordered)
