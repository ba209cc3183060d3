"""How long it takes to write every stand-in in full, and whether dlib finds its faces."""

import tempfile
import time
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

from benchmarks.record import record
from mer.media.dlib_faces import DlibFaces
from mer.media.frames import read_colour
from mer.standins.catalogue import STAND_INS
from mer.standins.frames import face_of
from mer.standins.plan import StandInParams
from mer.standins.planned import Plan, plan
from mer.standins.write import write
from mer.synthetic.face import eye_distance


def measure(key: str) -> str:
    """Write one stand-in at scale 1 and full size; returns its line of the table."""
    planned = plan(key, StandInParams())
    frames = sum(len(clip.files) for clip in planned.clips)
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        write(planned, Path(folder, key))
        seconds = time.perf_counter() - started
        found, people, error = faces(planned, Path(folder, key))
    return f"| {key} | {len(planned.clips)} | {frames} | {seconds:.0f} | {found} of {people} | {error} |"


def faces(planned: Plan, root: Path) -> tuple[int, int, str]:
    """Look for the face in the first frame of one clip per person; stills show no neutral face."""
    clips = {clip.person: clip for clip in planned.clips if clip.kind != "still"}
    detector = DlibFaces()
    errors = []
    for person, clip in clips.items():
        points = detector.landmarks(read_colour(root / clip.folder / clip.files[0]))
        if points is not None:
            true = face_of(person, planned.params.size).landmarks
            errors.append(np.linalg.norm(points - true, axis=1).mean() / eye_distance(true))
    return len(errors), len(clips), f"{np.mean(errors):.3f}" if errors else "–"


def main() -> None:
    """Measure all stand-ins, two at a time."""
    rows = Parallel(n_jobs=2)(delayed(measure)(key) for key in STAND_INS)
    lines = [
        "Scale 1, frames 128 pixels high, two stand-ins at a time. Faces: dlib's HOG detector on the first",
        "frame of one clip per person, mean landmark error in distances between the outer eye corners.",
        "",
        "| stand-in | clips | frames | seconds | faces found | landmark error |",
        "|---|---|---|---|---|---|",
        *rows,
    ]
    record("Writing stand-ins", "python -m benchmarks.stand_ins", lines)


if __name__ == "__main__":
    main()
