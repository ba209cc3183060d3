"""Arguments, messages and exit codes."""

import argparse
import errno
import os
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from mer import __version__
from mer.cli import audit, clean, databases, inspect, plan, report, rules, score, show, status, tables
from mer.core.errors import DataError, MerError
from mer.core.log import start_log

# No space, quota used up, limit of the file's size reached.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code.

    An error that a user can act on is printed without traceback and gives 1.
    """
    parsed = parser().parse_args(arguments)
    start_log()
    try:
        return int(parsed.command(parsed) or 0)
    except BrokenPipeError:
        # Whoever reads the output, `head` say, has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except MerError as error:
        return _explain(error)
    except OSError as error:
        if error.errno not in FULL:
            raise
        return _explain(
            DataError(
                f"A file could not be written: {error}. The disk, or your share of it, is full. Nothing "
                "incomplete was left. Make room, and run the same command again."
            )
        )


def _explain(error: MerError) -> int:
    message = Text.assemble((type(error).__name__, "bold red"), f": {error}")
    Console(stderr=True, soft_wrap=True, highlight=False).print(message)
    return 1


def parser() -> argparse.ArgumentParser:
    """Describe all commands."""
    top = argparse.ArgumentParser(
        prog="mer",
        description="Micro-expression recognition, evaluated honestly. Sweeps are run by snakemake.",
    )
    top.add_argument("--version", action="version", version=f"mer {__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    inspect.add_commands(commands)
    plan.add_commands(commands)
    show.add_commands(commands)
    status.add_commands(commands)
    tables.add_commands(commands)
    clean.add_commands(commands)
    score.add_commands(commands)
    audit.add_commands(commands)
    report.add_commands(commands)
    databases.add_commands(commands)
    rules.add_commands(commands)
    return top


if __name__ == "__main__":
    sys.exit(main())
