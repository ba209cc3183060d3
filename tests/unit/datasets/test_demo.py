from collections import Counter

import numpy as np
import pytest
from pydantic import ValidationError

from mer.core.location import Location
from mer.datasets.demo import SPEC
from mer.media.dlib_faces import DlibFaces


def test_everybody_shows_every_class_equally_often(tiny_demo):
    counts = Counter((s.subject, s.emotion) for s in tiny_demo.index())
    assert len(counts) == 9
    assert set(counts.values()) == {2}
    assert {s.source for s in tiny_demo.index()} == {"stand_in"}


def test_the_demo_has_at_least_twelve_people():
    assert SPEC.params().n_subjects >= 12


def test_another_seed_gives_other_clips_and_another_fingerprint(tiny_demo):
    other = SPEC.build(tiny_demo.params.model_copy(update={"seed": 1}), Location("demo", None))
    assert other.index().fingerprint != tiny_demo.index().fingerprint
    sample = tiny_demo.index().samples[0]
    first, second = tiny_demo.read_clip(sample).frames, other.read_clip(sample).frames
    assert first.shape != second.shape or not np.array_equal(first, second)


def test_marks_of_index_and_clip_agree(tiny_demo):
    for sample in tiny_demo.index():
        clip = tiny_demo.read_clip(sample)
        assert (clip.onset, clip.apex, clip.offset, clip.fps) == (
            0,
            sample.apex - sample.onset,
            sample.offset - sample.onset,
            sample.fps,
        )
        assert len(clip.frames) == sample.offset - sample.onset + 1
        assert clip.frames.dtype == np.uint8
        assert clip.offset < len(clip.frames)


def test_landmarks_lie_where_dlib_finds_them(tiny_demo):
    larger = SPEC.build(tiny_demo.params.model_copy(update={"height": 128}), Location("demo", None))
    clip = larger.read_clip(larger.index().samples[0])
    found = DlibFaces().landmarks(clip.frames[0])
    error = np.linalg.norm(found - clip.landmarks, axis=1).mean()
    assert error / np.linalg.norm(clip.landmarks[36] - clip.landmarks[45]) < 0.08


@pytest.mark.parametrize("amplitude", [(0.0, 1.0), (2.0, 1.0)])
def test_amplitudes_must_rise_from_above_zero(amplitude):
    with pytest.raises(ValidationError, match="amplitude_px"):
        SPEC.params(amplitude_px=amplitude)
