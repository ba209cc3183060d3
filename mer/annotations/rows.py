"""From the rows of an annotation table to records."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from mer.annotations.corrections import corrected
from mer.annotations.records import Record, Unversioned, in_order
from mer.annotations.sheets import SheetRow
from mer.annotations.values import Notes, action_units, frame, label, objective_class, objective_class_of

MARKS = ("onset", "apex", "offset")


def read_records(
    rows: Sequence[SheetRow],
    make: Callable[[SheetRow, Record], Record | None],
    *,
    notes: Notes,
    folders: Sequence[str],
    other: str = "others",
    corrections: Mapping[tuple[str, str, str], tuple[str, str]] | None = None,
) -> Unversioned:
    """Make a record of every row that describes a clip.

    Parameters
    ----------
    rows
        With the columns ``subject``, ``clip``, ``onset``, ``offset``, and where the database has them
        ``apex``, ``emotion``, ``units``, ``objective_class``.
    make
        Completes a record with what the database does in its own way, above all the subject's name;
        None for a row that is no clip.
    notes
        Where coercions are counted.
    folders
        Patterns of the folders with the clip's frames, with ``{subject}`` and ``{clip}``.
    other
        What the database calls the class of all others.
    corrections
        What is to be corrected: value found and value put, by subject, clip and field.
    """
    records = []
    unused = {(subject, clip) for subject, clip, _ in corrections or {}}
    for row in rows:
        if not row["subject"].strip() or not row["clip"].strip():
            continue
        record = make(row, _plain(row, other, notes))
        if record is not None:
            named = {"subject": record.subject, "clip": record.clip}
            found = record.folders or tuple(pattern.format(**named) for pattern in folders)
            unused.discard((record.subject, record.clip))
            record = corrected(replace(record, folders=found), corrections or {}, notes)
            _compare_class(record, notes)
            records.append(in_order(record, notes))
    for subject, clip in sorted(unused):
        notes.add("correction left out, there is no such clip", f"{subject}/{clip}")
    return Unversioned(tuple(records), notes.warnings())


def _plain(row: SheetRow, other: str, notes: Notes) -> Record:
    """Read the columns that all databases have alike."""
    onset, apex, offset = (
        frame(row[name], name, row.place, notes) if name in row.cells else None for name in MARKS
    )
    return Record(
        subject=row["subject"].strip(),
        clip=row["clip"].strip(),
        emotion=label(row.get("emotion"), notes, row.place, other=other),
        onset=onset,
        apex=apex,
        offset=offset,
        folders=(),
        place=row.place,
        action_units=action_units(row.get("units")),
        objective_class=objective_class(row.get("objective_class")),
    )


def _compare_class(record: Record, notes: Notes) -> None:
    """Note where a file's objective class is not what the rule makes of the action units."""
    if record.objective_class and record.action_units:
        derived = objective_class_of(record.action_units)
        if derived != record.objective_class:
            notes.add("objective class kept that differs from the rule on action units", record.place)
