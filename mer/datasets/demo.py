"""The embedded demo: synthetic faces that make micro-expressions, rendered on demand."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field, field_validator

from mer.core.digests import digest
from mer.core.location import Location
from mer.core.parameters import Params
from mer.core.samples import named_sample
from mer.core.seeds import stream
from mer.core.types import Choice, Clip, Sample, SampleIndex, UInt8Array, whole_clip
from mer.datasets.base import DatasetSpec
from mer.synthetic.movement import EXPRESSIONS, Movement, draw_movement

if TYPE_CHECKING:
    from mer.synthetic.identity import NeutralFace


class DemoParams(Params):
    """Settings of the demo corpus."""

    n_subjects: int = Field(default=14, ge=2, le=99, description="People.")
    clips_per_class: int = Field(default=4, ge=1, le=99, description="Clips per person and class.")
    height: int = Field(default=128, ge=32, le=512, description="Height of the frames in pixels.")
    amplitude_px: tuple[float, float] = Field(
        default=(0.2, 3.0), description="Least and largest displacement at the apex, in pixels."
    )
    noise: float = Field(default=1.5, ge=0, description="Sensor noise in grey levels.")
    seed: int = Field(default=0, ge=0, description="Another seed gives other people and clips.")

    @field_validator("amplitude_px")
    @classmethod
    def _rising(cls, value: tuple[float, float]) -> tuple[float, float]:
        if not 0 < value[0] <= value[1]:
            raise ValueError(f"give the least displacement, above 0, then the largest. Got {list(value)}")
        return value


@dataclass(frozen=True)
class Demo:
    """A database of synthetic people; every frame follows from the settings."""

    params: DemoParams
    name: str

    def index(self) -> SampleIndex:
        """List every sample, sorted by ``sample_id``."""
        samples = tuple(
            named_sample(
                self.name,
                database=self.name,
                subject=subject,
                clip=sample_id.split(":")[2],
                emotion=movement.emotion,
                source="stand_in",
                onset=movement.onset,
                apex=movement.apex,
                offset=movement.offset,
                fps=float(movement.fps),
                action_units=tuple(activation.unit for activation in movement.activations),
            )
            for sample_id, (subject, movement) in self._clips.items()
        )
        return SampleIndex(samples, digest(self.params.model_dump(mode="json")), gives_landmarks=True)

    def read_clip(self, sample: Sample, *, colour: bool = False, choose: Choice = whole_clip) -> Clip:
        """Render the frames of one sample from onset to offset."""
        import cv2  # rendering happens in jobs, planning does without

        from mer.media.clips import chosen_clip
        from mer.synthetic.clip import render_motion
        from mer.synthetic.motion import draw_motion, landmarks_at

        subject, movement = self._clips[sample.sample_id]
        face = _neutral_face(self.params.seed, subject, self.params.height)
        rng = self._stream(sample.clip, subject, "render")
        motion = draw_motion(face, movement, rng)
        frames = render_motion(face, motion, movement.noise, rng)
        frames = frames[movement.onset : movement.offset + 1]
        n_frames, apex = len(frames), movement.apex - movement.onset

        def read(positions: Sequence[int]) -> UInt8Array:
            chosen = frames[list(positions)]
            if colour:
                return chosen
            return np.stack([cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in chosen]).astype(np.uint8)

        clip = chosen_clip(n_frames, apex, float(movement.fps), choose, read)
        return replace(clip, landmarks=landmarks_at(face, motion, movement.onset))

    @cached_property
    def _clips(self) -> dict[str, tuple[str, Movement]]:
        """Subject and movement of every clip, by sample id."""
        p = self.params
        clips = {}
        for number in range(1, p.n_subjects + 1):
            subject = f"s{number:02d}"
            for emotion in sorted(EXPRESSIONS):
                for take in range(1, p.clips_per_class + 1):
                    clip = f"{emotion[:3]}_{take:02d}"
                    movement = draw_movement(
                        emotion,
                        self._stream(clip, subject),
                        amplitude=p.amplitude_px,
                        noise=p.noise,
                    )
                    clips[f"{self.name}:{subject}:{clip}"] = subject, movement
        return clips

    def _stream(self, clip: str, *names: str) -> np.random.Generator:
        return stream("demo clip", self.params.seed, clip, *names)


@lru_cache(maxsize=1)
def _neutral_face(seed: int, subject: str, height: int) -> "NeutralFace":
    """Render a person at rest; clips are read person by person, so one is kept."""
    from mer.synthetic.identity import draw_identity, render_neutral

    return render_neutral(draw_identity(stream("demo person", seed, subject)), height)


def build(params: DemoParams, location: Location) -> Demo:
    """Make the reader."""
    return Demo(params, location.name)


SPEC = DatasetSpec(
    name="demo",
    title="Demo corpus",
    summary="Synthetic faces rendered from a public-domain photo; needs no download, no licence.",
    provides="clips",
    needs_root=False,
    params=DemoParams,
    build=build,
)
