"""Smaller stand-ins: fewer subjects and clips, and still every class."""

import math
from collections import Counter
from collections.abc import Sequence

from mer.standins.plan import PlannedClip, Reading

_LEAST_CLIPS, _LEAST_SUBJECTS = 2, 4


def scaled(clips: Sequence[PlannedClip], scale: float, usual: Reading) -> list[PlannedClip]:
    """Choose a share of the clips, in their order.

    In the usual reading every class keeps at least two clips, as far as it has them, and there are at
    least four subjects. Subjects with many clips are taken first, so that those who stay have several.
    """
    if scale == 1:
        return list(clips)
    size = Counter(clip.subject for clip in clips if clip.annotated and usual(clip))
    size.update({clip.subject: 0 for clip in clips})
    ranked = [subject for subject, _ in size.most_common()]
    first = set(ranked[: max(_LEAST_SUBJECTS, math.ceil(scale * len(ranked)))])
    groups: dict[tuple[str, bool], list[PlannedClip]] = {}
    for clip in clips:
        if clip.annotated:
            groups.setdefault((clip.emotion, bool(usual(clip))), []).append(clip)
    chosen: list[PlannedClip] = []
    for mine in groups.values():
        wanted = min(len(mine), max(_LEAST_CLIPS, round(scale * len(mine))))
        chosen += _in_turn(mine, ranked, first)[:wanted]
    chosen += _missing_subjects([clip for clip in clips if clip.annotated and usual(clip)], chosen, ranked)
    kept = {clip.subject for clip in chosen}
    chosen += [clip for clip in clips if not clip.annotated and clip.subject in kept]
    order = {id(clip): position for position, clip in enumerate(clips)}
    return sorted(chosen, key=lambda clip: order[id(clip)])


def _in_turn(mine: Sequence[PlannedClip], ranked: Sequence[str], first: set[str]) -> list[PlannedClip]:
    """Order clips of one class so that subjects take turns, those of the chosen subjects before others."""
    rank = {subject: position for position, subject in enumerate(ranked)}
    taken: Counter[str] = Counter()
    keys = {}
    for clip in mine:
        keys[id(clip)] = (clip.subject not in first, taken[clip.subject], rank[clip.subject])
        taken[clip.subject] += 1
    return sorted(mine, key=lambda clip: keys[id(clip)])


def _missing_subjects(
    usual: Sequence[PlannedClip], chosen: Sequence[PlannedClip], ranked: Sequence[str]
) -> list[PlannedClip]:
    """Add one clip each of further subjects until there are enough who have one in the usual reading."""
    names = {id(clip) for clip in usual}
    there = {clip.subject for clip in chosen if id(clip) in names}
    more = [subject for subject in ranked if subject not in there][: max(0, _LEAST_SUBJECTS - len(there))]
    return [next(clip for clip in usual if clip.subject == subject) for subject in more]
