"""Finding the annotation table of a database among the files of a copy."""

from collections.abc import Sequence

from mer.annotations.sheets import NO_COLUMNS, Columns, SheetRow, find_table
from mer.annotations.tree import Tree
from mer.core.errors import DataError, listed


def annotation_table(
    tree: Tree,
    columns: Columns,
    optional: Columns = NO_COLUMNS,
    *,
    chosen: str = "",
) -> list[SheetRow]:
    """Find the one annotation file that has some columns, by its content: file names are changed freely.

    Parameters
    ----------
    tree
        The database.
    columns
        Required columns by our name, with the names that they have in files.
    optional
        Further columns, which need not be there.
    chosen
        File name that decides where several files qualify.

    Raises
    ------
    DataError
        If no file qualifies, or several do.
    """
    tables = _tables(tree, columns, optional)
    if chosen:
        tables = {path: rows for path, rows in tables.items() if path.split("/")[-1] == chosen}
    if len(tables) == 1:
        return next(iter(tables.values()))
    wanted = ", ".join(names[0] for names in columns.values())
    if tables:
        raise DataError(
            listed(
                f"{tree.name}: several annotation files have the columns {wanted}. "
                "Set 'annotation' to one of:",
                sorted(path.split("/")[-1] for path in tables),
            )
        )
    seen = ", ".join(sorted(tree.sheets())) or "none"
    named = f" called '{chosen}'" if chosen else ""
    raise DataError(
        f"{tree.name}: no annotation file{named} with the columns {wanted}. Put it into this folder. "
        f"Tables that are there: {seen}."
    )


def optional_table(tree: Tree, columns: Columns, *, without: Sequence[str] = ()) -> list[SheetRow]:
    """Find the first annotation file with some columns; no rows if there is none."""
    tables = [rows for rows in _tables(tree, columns).values() if not _has(rows, without)]
    return tables[0] if tables else []


def _tables(tree: Tree, columns: Columns, optional: Columns = NO_COLUMNS) -> dict[str, list[SheetRow]]:
    """Read the first fitting sheet of every file: later ones hold stray rows."""
    found = {}
    for path, sheets in tree.sheets().items():
        for sheet, grid in sheets.items():
            place = f"{path}[{sheet}]" if sheet else path
            rows = find_table(grid, place, columns, optional)
            if rows is not None:
                found[path] = rows
                break
    return found


def _has(rows: Sequence[SheetRow], columns: Sequence[str]) -> bool:
    return any(column in rows[0].cells for column in columns) if rows else False
