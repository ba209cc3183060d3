"""Small copies as people have them, and what tests find in them."""

import csv
import re

from mer.annotations.sheets import read_grids
from mer.core.location import Location
from mer.datasets import DATASETS

SHEETS = {"casme2": "CASME2-coding-20140508.xlsx", "samm": "SAMM_Micro_FACS_Codes_v2.xlsx"}
KEYS = ("casme2", "samm", "smic_hs")
HS = "SMIC_all_cropped/HS"


def reader(key, root, **settings):
    spec = DATASETS[key]
    return spec.build(spec.params.from_plain(settings), Location(key, root))


def resave(path, change, name):
    """Save the first sheet of a spreadsheet as a CSV file, its rows changed; the spreadsheet goes."""
    rows = change(next(iter(read_grids(path).values())))
    path.unlink()
    with (path.parent / name).open("w", newline="") as file:
        csv.writer(file).writerows(rows)


def frames(root):
    return sorted(path for path in root.rglob("*") if path.suffix in (".jpg", ".bmp"))


def clip_folder(root):
    return frames(root)[0].parent


def folder_of(root, sample):
    """Where the frames of a sample lie; SMIC does not pad the subject there."""
    subject, name = sample.subject.split(":")[1], sample.clip
    if sample.database == "smic_hs":
        return next(root.rglob(f"s{int(subject[1:])}{name[3:]}"))
    return next(path for path in root.rglob(name) if path.parent.name == subject)


def frame_of(root, sample, number):
    """The file of a frame."""
    files = folder_of(root, sample).iterdir()
    return next(path for path in files if int(re.findall(r"\d+", path.stem)[-1]) == number)
