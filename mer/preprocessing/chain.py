"""From a sample to the frames that a representation looks at: which are read, and what is done to them."""

from collections.abc import Sequence
from dataclasses import replace

from mer.core.errors import NoFaceError
from mer.core.types import Choice, Clip, LooksAt, Reading
from mer.preprocessing.steps import LOCATING, STEPS, Preprocessing
from mer.preprocessing.told_apex import told


def choice(settings: Preprocessing, looks_at: LooksAt) -> Choice:
    """Say which frames must be read; a frame that nobody looks at is not decoded.

    Parameters
    ----------
    settings
        What will be done to the clip.
    looks_at
        What the representation looks at.
    """

    def choose(n_frames: int, annotated: int | None) -> Reading:
        apex = None if settings.apex is None else told(settings.apex, n_frames, annotated)
        if looks_at == "all" or settings.needs_all_frames:
            return Reading(None, apex)
        if looks_at == "onset":
            return Reading((0,))
        return Reading(None if apex is None else tuple(sorted({0, apex})), apex)

    return choose


def preprocess(clip: Clip, settings: Preprocessing) -> Clip:
    """Do the steps that the settings name, in the order of ``STEPS``.

    Raises
    ------
    NoFaceError
        If a step needs landmarks, the clip has none, and the settings do not take it as it is.
    DataError
        If a step cannot be done.
    """
    return change(locate(clip, settings), settings)


def locate(clip: Clip, settings: Preprocessing) -> Clip:
    """Do the steps that place face and apex; frames keep their number."""
    reason = faceless(clip, settings)
    if reason and settings.without_face != "whole_frame":
        raise NoFaceError(reason)
    return _done(clip, settings, [name for name in settings.steps if name in LOCATING])


def faceless(clip: Clip, settings: Preprocessing) -> str:
    """Say why a step that needs a face cannot be done; blank if it can, or if there is none."""
    if settings.landmarks is None or clip.landmarks is not None:
        return ""
    if settings.align is None and settings.crop is None and clip.apex is not None:
        return ""  # landmarks are for spotting, and the apex is known
    return _NO_LANDMARKS[settings.landmarks]


def change(clip: Clip, settings: Preprocessing) -> Clip:
    """Do the steps that come after ``locate``."""
    return _done(clip, settings, [name for name in settings.steps if name not in LOCATING])


def looked_at(clip: Clip, looks_at: LooksAt) -> Clip:
    """Keep the frames that a representation looks at; others were read to spot the apex, and take memory."""
    if looks_at != "onset_apex" or clip.apex is None:
        return clip
    positions = sorted({clip.onset, clip.apex})
    return replace(
        clip,
        frames=clip.frames[positions],
        onset=positions.index(clip.onset),
        apex=positions.index(clip.apex),
        offset=len(positions) - 1,
    )


def _done(clip: Clip, settings: Preprocessing, steps: Sequence[str]) -> Clip:
    for name in steps:
        clip = STEPS[name].apply(clip, getattr(settings, name))
    return clip


_NO_LANDMARKS = {
    "given": "landmarks.csv has no row with its subject and clip",
    "dlib": "dlib finds no face in its onset frame",
    "face_alignment": "face_alignment finds no face in its onset frame",
}
