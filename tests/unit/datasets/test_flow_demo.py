"""Flow images of synthetic faces: whose they are, and what they show."""

from collections import Counter

import cv2
import numpy as np
import pytest

from mer.core.location import Location
from mer.datasets import DATASETS
from mer.features.flow_maps import FlowMapParams, flow_maps
from mer.standins.frames import face_of, motion_of, render_clip
from mer.standins.plan import StandInParams
from mer.standins.planned import plan
from mer.tasks.megc2019_list import organisers_list

DATABASES = ("casme2", "samm", "smic_hs")


def reader(**settings):
    spec = DATASETS["flow_demo"]
    return spec.build(spec.params(**settings), Location("flow", None))


def test_names_and_classes_are_those_of_the_organisers_list():
    samples = reader().index().samples
    assert {sample.sample_id: sample.emotion for sample in samples} == dict(organisers_list())
    # Section 0.1 of the benchmark's paper: clips and subjects.
    assert Counter(sample.emotion for sample in samples) == {"negative": 250, "positive": 109, "surprise": 83}
    assert len({sample.subject for sample in samples}) == 68
    assert {sample.source for sample in samples} == {"stand_in"}


@pytest.mark.parametrize("scale", [0.01, 0.3])
def test_a_share_keeps_every_class_and_four_subjects_of_every_database(scale):
    samples = reader(scale=scale).index().samples
    assert len(samples) < 442 * scale + 50
    for database in DATABASES:
        mine = [sample for sample in samples if sample.database == database]
        classes = Counter(sample.emotion for sample in mine)
        assert set(classes) == {"negative", "positive", "surprise"}
        assert min(classes.values()) >= 2
        assert len({sample.subject for sample in mine}) >= 4


def test_other_settings_are_another_data_set():
    prints = [reader(**settings).index().fingerprint for settings in ({}, {"scale": 0.5}, {"size": 64})]
    assert len(set(prints)) == 3


def test_every_channel_of_every_image_spans_all_levels():
    demo = reader(scale=0.01, size=32)
    images = demo.read_flow_images(demo.index().samples)
    assert images.shape == (len(demo.index()), 3, 32, 32)
    assert images.dtype == np.uint8
    assert (images.min(axis=(2, 3)) == 0).all()
    assert (images.max(axis=(2, 3)) == 255).all()


def test_skin_is_strained_where_the_muscles_are():
    """Brows are moved in the upper half of the face, corners of the mouth in the lower half."""
    demo = reader(scale=0.3)
    units = {
        (database, clip.subject, clip.clip): {one.unit for one in clip.activations}
        for database in DATABASES
        for clip in plan(database, StandInParams()).clips
    }
    samples = demo.index().samples
    moved = {sample: units[sample.database, sample.subject.split(":")[1], sample.clip] for sample in samples}
    strain = dict(zip(samples, demo.read_flow_images(samples)[:, 2].astype(float), strict=True))
    upper = {sample: strain[sample][:13].sum() / strain[sample].sum() for sample in samples}
    brows = [upper[sample] for sample, what in moved.items() if what and what <= {"au1", "au2", "au4"}]
    mouths = [upper[sample] for sample, what in moved.items() if what and what <= {"au12", "au14", "au15"}]
    assert min(len(brows), len(mouths)) > 10
    assert np.median(brows) > 0.8
    assert np.median(mouths) < 0.2


CLIPS = ["casme2:sub12:EP04_16", "samm:026:026_2_1", "smic_hs:s04:s04_ne_01"]


@pytest.mark.parametrize("sample_id", CLIPS)
def test_images_are_what_optical_flow_finds_in_the_frames_of_the_stand_in(sample_id):
    """Of a small movement, 0.2 pixels, the head's drift is most of what is seen."""
    demo = reader(scale=0.1)
    database, subject, name = sample_id.split(":")
    (clip,) = [
        one for one in plan(database, StandInParams()).clips if (one.subject, one.clip) == (subject, name)
    ]
    face = face_of(clip.person, 128)
    _, movement, _ = motion_of(database, clip, face)
    frames = render_clip(database, clip, face).frames[[movement.onset, movement.apex]]
    onset, apex = (cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames)
    (found,) = flow_maps(onset[None], apex[None], FlowMapParams(flow="tvl1_torch"), "cpu")
    (sample,) = [one for one in demo.index().samples if one.sample_id == sample_id]
    (drawn,) = demo.read_flow_images([sample])
    alike = [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(found, drawn, strict=True)]
    assert min(alike[:2]) > 0.85
    assert alike[2] > 0.5
