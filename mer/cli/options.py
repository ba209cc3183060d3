"""What several commands can be told about a sweep; with Snakemake, ``--config`` does it."""

import argparse
from pathlib import Path
from typing import Any

import yaml


def how_options(parser: argparse.ArgumentParser) -> None:
    """Let a command be told what is given to Snakemake with ``--config``."""
    parser.add_argument("--paths", type=_paths, default={}, help="data paths, e.g. '{casme2: /data/casme2}'")
    trial_option(parser)


def trial_option(parser: argparse.ArgumentParser) -> None:
    """Let a command be asked about the trial of a sweep instead of the sweep."""
    parser.add_argument("--trial", action="store_true", help="as a trial: stand-ins, one seed, one epoch")


def given(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what wins over a configuration file."""
    paths = getattr(arguments, "paths", {})
    return {**({"paths": paths} if paths else {}), **({"trial": True} if arguments.trial else {})}


def asked(path: Path, arguments: argparse.Namespace) -> str:
    """Write what names the sweep of a file, or its trial, on a command line."""
    return f"{path} --trial" if arguments.trial else str(path)


def _paths(text: str) -> dict[str, str]:
    """Read data paths as ``--config paths=`` takes them."""
    try:
        paths = yaml.load(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError:
        paths = None
    if not isinstance(paths, dict):
        raise argparse.ArgumentTypeError(f"give paths as '{{name: /folder}}', got '{text}'")
    return paths
