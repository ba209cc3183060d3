"""Specification of the job that lists what methods read, in one file that their training jobs wait for."""

from pathlib import Path
from typing import Self

from pydantic import ValidationError

from mer.core.errors import DataError
from mer.sweep.specs.base import Spec


class InputsSpec(Spec):
    """Write itself: files that a method reads under a protocol, all of which are there once it is.

    Attributes
    ----------
    folds
        Who is trained and tested on when.
    lists
        Lists of the prepared parts, one per data set; none for a method that looks at nothing.
    macro
        List of the macro-expressions that are learned from as well; None for most methods.
    """

    folds: str
    lists: tuple[str, ...]
    macro: str | None

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the file that a job of the workflow wrote.

        Raises
        ------
        DataError
            If it is missing or damaged.
        """
        try:
            return cls.model_validate_json(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise DataError(f"{path}: the file does not exist. Run the workflow again.") from None
        except (ValidationError, UnicodeDecodeError) as error:
            raise DataError(f"{path}: not a complete list of inputs. Delete it and run again.") from error
