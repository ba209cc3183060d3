"""Step: magnify the movement of a clip."""

from dataclasses import replace
from typing import Literal, Self

from pydantic import Field, model_validator

from mer.core.errors import DataError
from mer.core.parameters import Params
from mer.core.types import Clip


class MagnificationParams(Params):
    """How movement is magnified."""

    method: Literal["evm", "phase"] = Field(
        description="'evm' amplifies changes of brightness (Wu et al. 2012), 'phase' shifts the local phase "
        "of a Riesz pyramid (Wadhwa et al. 2014)."
    )
    alpha: float = Field(
        default=10.0, ge=0, description="Amplification; published are 8 (SMIC), 10 and 20 (CASME II, SAMM)."
    )
    cutoff_wavelength: float = Field(
        default=16.0, gt=0, description="Of 'evm': pixels below which amplification fades."
    )
    band_hz: tuple[float, float] | None = Field(
        default=None, description="Of 'phase': lowest and highest frequency that is amplified."
    )

    @model_validator(mode="after")
    def _band(self) -> Self:
        if (self.method == "phase") != (self.band_hz is not None):
            raise ValueError("'method: phase' needs 'band_hz: [lowest, highest]', and only it takes one")
        if self.band_hz is not None and not 0 < self.band_hz[0] < self.band_hz[1]:
            raise ValueError(f"'band_hz' must rise and be above 0. Got {list(self.band_hz)}")
        return self


def apply(clip: Clip, params: MagnificationParams) -> Clip:
    """Magnify a clip.

    Raises
    ------
    DataError
        If its frame rate is needed and not known, or too low.
    """
    if params.band_hz is None:
        from mer.preprocessing.evm import magnify

        frames = magnify(clip.frames, params.alpha, cutoff_wavelength=params.cutoff_wavelength)
        return replace(clip, frames=frames)
    from mer.preprocessing.riesz import magnify_phase

    if clip.fps is None:
        raise DataError("magnification of a band of frequencies needs the frame rate, and none is known")
    frames = magnify_phase(clip.frames, params.alpha, band_hz=params.band_hz, fps=clip.fps)
    return replace(clip, frames=frames)
