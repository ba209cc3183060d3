"""Versions of what computes."""

import functools
import platform
from importlib.metadata import version

from mer import __version__


@functools.cache
def versions() -> dict[str, str]:
    """Name the versions that numbers may depend on, by ``version_<name>``."""
    found = {f"version_{name}": version(name) for name in ("numpy", "scipy", "scikit-learn", "torch")}
    return found | {"version_mer": __version__, "version_python": platform.python_version()}
