"""Reading configuration files: YAML in, a mapping out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from mer.core.errors import ConfigError


class _UniqueKeys(yaml.SafeLoader):
    """Refuses a key that occurs twice; YAML would keep the last and say nothing."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        doubled = [key for key in keys if keys.count(key) > 1]
        if doubled:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key '{doubled[0]}' occurs twice", node.start_mark
            )
        return super().construct_mapping(node, deep=deep)


def load(path: Path, *, may_be_blank: bool = False) -> dict[str, Any]:
    """Read a YAML file that holds a mapping, or nothing where it ``may_be_blank``.

    Raises
    ------
    ConfigError
        If the file is missing or not YAML.
    """
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeys)
    except FileNotFoundError:
        raise ConfigError(f"{path}: the file does not exist.") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}).") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not YAML: {error}") from error
    if raw is None and may_be_blank:
        return {}
    if not isinstance(raw, dict):
        raise ConfigError(f"{path} must hold a mapping of keys to values, found {type(raw).__name__}.")
    return raw


def with_paths(raw: Mapping[str, Any], paths_file: Path) -> dict[str, Any]:
    """Add the data paths of ``paths.yaml``, where there is one; the configuration's own win.

    Raises
    ------
    ConfigError
        If the file is no mapping of data sets to folders.
    """
    stored = load(paths_file, may_be_blank=True) if paths_file.is_file() else {}
    if not stored:
        return dict(raw)
    named, given = raw.get("datasets"), raw.get("paths", {})
    if not isinstance(named, dict) or not isinstance(given, dict):
        return dict(raw)  # the checks that follow say what is wrong
    known = {name: path for name, path in stored.items() if name in named}
    weights = {"weights": stored["weights"]} if "weights" in stored else {}
    return {**weights, **raw, "paths": {**known, **given}}
