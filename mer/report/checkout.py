"""Which version of the sources made a page."""

import subprocess

from mer.core.digests import PACKAGE

UNKNOWN = "unknown"


def commit() -> str:
    """Return the git commit of the checkout that this package lies in; ``unknown`` where there is none.

    A package that is installed inside somebody else's repository is no part of that repository.
    """
    if _git("ls-files", "--error-unmatch", "__init__.py") is None:
        return UNKNOWN
    found = _git("rev-parse", "HEAD")
    if not found:
        return UNKNOWN
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ".")
    return f"{found}, with changes that are not committed" if changed else found


def _git(*arguments: str) -> str | None:
    """Ask git about the folder of the package; None if it has no answer."""
    try:
        done = subprocess.run(
            ["git", "-C", str(PACKAGE), *arguments], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
