"""Which version of a database a copy is, told by what it holds."""

from collections import Counter
from dataclasses import dataclass

from mer.annotations.records import Unversioned
from mer.annotations.tree import Tree
from mer.annotations.versions import Version, closest, versions
from mer.core.errors import listed
from mer.tasks.base import ClassCounts


@dataclass(frozen=True)
class Census:
    """Clips and subjects of an annotation, compared with the known versions.

    Attributes
    ----------
    read
        The records.
    counts
        Clips per emotion, and subjects.
    version
        The version with these counts, or what is closest.
    problem
        How the counts differ from the closest version; blank if they are those of one.
    verified
        Whether a copy must have that version's counts; others only warn.
    """

    read: Unversioned
    counts: ClassCounts
    version: str
    problem: str = ""
    verified: bool = True


def _may_be(version: Version, release: str) -> bool:
    return not version.defect and version.name.startswith(release.split(",")[0])


def recognise(key: str, read: Unversioned, tree: Tree) -> Census:
    """Count records and name the version with these counts, or say how they differ from the closest."""
    counts = ClassCounts(
        dict(sorted(Counter(record.emotion for record in read.records).items())),
        len({record.subject for record in read.records}),
    )
    note = tree.stand_in()
    if note:
        alternatives = [ClassCounts(one["classes"], one["subjects"]) for one in note["counts"]]
        differences = min((counts.differences(one) for one in alternatives), key=len)
        title = f"{tree.name}: not what the stand-in was written with:"
        version = f"stand-in of {note['version']}, scale {note['scale']:g}"
        return Census(read, counts, version, listed(title, differences) if differences else "")
    known = tuple(one for one in versions(key) if one.name.startswith(read.release))
    for one in known:
        # A copy with a known defect is one only if the reader has seen which clip it lacks.
        if not counts.differences(one.counts) and (not one.defect or one.name == read.release):
            problem = f"{tree.name}: a defect of copies in circulation: {one.name}" if one.defect else ""
            return Census(read, counts, one.name, problem, verified=False)
    near = closest(counts, tuple(one for one in versions(key) if _may_be(one, read.release)))
    if near is None:
        problem = f"{tree.name}: no counts of {key} are known to compare with"
        return Census(read, counts, "unknown", problem, verified=False)
    title = f"{tree.name}: matches no known version of {key}. Closest is '{near.name}':"
    problem = listed(title, counts.differences(near.counts))
    return Census(read, counts, f"like {near.name}", problem, verified=near.verified)
