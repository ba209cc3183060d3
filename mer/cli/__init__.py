"""The command line: arguments to jobs."""

from mer.cli.main import main

__all__ = ["main"]
