"""Flow images of synthetic faces, under the names of the 442 clips of the MEGC 2019 composite."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from mer.core.digests import digest
from mer.core.location import Location
from mer.core.parameters import Params
from mer.core.samples import named_sample, sorted_unique
from mer.core.types import Sample, SampleIndex, UInt8Array
from mer.datasets.base import DatasetSpec
from mer.standins.catalogue import STAND_INS
from mer.standins.plan import PlannedClip
from mer.standins.roster import published_digest
from mer.standins.scaling import scaled
from mer.tasks.megc2019_list import listed_clips, organisers_list

if TYPE_CHECKING:
    from mer.synthetic.identity import NeutralFace

_DATABASES = ("casme2", "samm", "smic_hs")
# Displacements are computed on frames of this height, then shrunk.
_FRAME_HEIGHT = 128


class FlowDemoParams(Params):
    """Settings of the demo flow images."""

    scale: float = Field(
        default=1.0,
        gt=0,
        le=1,
        description="Share of the clips; at least two per class and four subjects of every database.",
    )
    size: int = Field(default=28, ge=8, le=512, description="Height and width of the images in pixels.")


@dataclass(frozen=True)
class FlowDemo:
    """Flow images (u, v, strain) of what the stand-ins of three databases show, without any error of flow.

    Displacement from onset to apex is known, not estimated: that of the muscles, of a drifting head and of
    a blink. It is scaled as the finished images of real clips are, every channel of every image to 0 to 255.
    """

    params: FlowDemoParams
    name: str

    def index(self) -> SampleIndex:
        """List every sample, sorted by ``sample_id``."""
        samples = sorted_unique(list(self._clips), f"data set '{self.name}'")
        # Data files, which the digest of the code does not know of.
        made_by = [published_digest(), organisers_list()]
        return SampleIndex(samples, digest([self.params.model_dump(mode="json"), *made_by]))

    def read_flow_images(self, samples: Sequence[Sample]) -> UInt8Array:
        """Draw flow images in the order asked for, shape (N, 3, H, W)."""
        from mer.features.flow_maps import FlowMapParams, image_of_flow
        from mer.standins.frames import face_of, motion_of  # planning does without OpenCV

        faces: dict[str, NeutralFace] = {}
        params = FlowMapParams(size=self.params.size)
        images = np.empty((len(samples), 3, self.params.size, self.params.size), dtype=np.uint8)
        for position, sample in enumerate(samples):
            clip = self._clips[sample]
            if clip.person not in faces:
                faces[clip.person] = face_of(clip.person, _FRAME_HEIGHT)
            motion, movement, _ = motion_of(sample.database, clip, faces[clip.person])
            images[position] = image_of_flow(motion.flow(movement.onset, movement.apex), params)
        return images

    @cached_property
    def _clips(self) -> Mapping[Sample, PlannedClip]:
        """What every sample shows."""
        found = {}
        for database in _DATABASES:
            by_subject = listed_clips(database)
            classes = {
                (subject, clip): label for subject, clips in by_subject.items() for clip, label in clips
            }
            stand_in = STAND_INS[database]
            planned = stand_in.clips(stand_in.versions[0])
            listed = [clip for clip in planned if (clip.subject, clip.clip) in classes]
            for clip in scaled(listed, self.params.scale, stand_in.readings[0]):
                sample = named_sample(
                    self.name,
                    database=database,
                    subject=clip.subject,
                    clip=clip.clip,
                    emotion=classes[clip.subject, clip.clip],
                    source="stand_in",
                )
                found[sample] = clip
        return found


def build(params: FlowDemoParams, location: Location) -> FlowDemo:
    """Make the reader."""
    return FlowDemo(params, location.name)


SPEC = DatasetSpec(
    name="flow_demo",
    title="Demo flow images",
    summary="Flow images of synthetic faces, named like the 442 clips of MEGC 2019; needs no download.",
    provides="flow_images",
    needs_root=False,
    params=FlowDemoParams,
    build=build,
)
