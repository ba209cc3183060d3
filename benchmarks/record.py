"""Write a benchmark's figures into docs/measurements.md."""

import platform
import re
from datetime import date
from pathlib import Path

MEASUREMENTS = Path(__file__).resolve().parents[1] / "docs" / "measurements.md"


def machine() -> str:
    """Describe the processor and the number of cores."""
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() else ""
    models = re.findall(r"^model name\s*: (.*)$", text, flags=re.MULTILINE)
    model = models[0] if models else platform.processor() or platform.machine()
    return f"{model}, {len(models) or 1} cores, Python {platform.python_version()}"


def record(title: str, command: str, lines: list[str], place: Path = MEASUREMENTS) -> None:
    """Replace the section of that title, or add it at the end.

    Parameters
    ----------
    title
        Heading of the section.
    command
        What was run, from the root of the repository.
    lines
        The figures, in Markdown.
    place
        File that holds the sections; it is made if need be.
    """
    head = [f"## {title}", "", f"`{command}`, {machine()}, {date.today()}.", ""]
    section = "\n".join([*head, *lines, ""])
    text = place.read_text(encoding="utf-8") if place.exists() else ""
    pattern = re.compile(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", flags=re.MULTILINE | re.DOTALL)
    found = pattern.search(text)
    if found:
        rest = text[found.end() :]
        new = text[: found.start()] + section + ("\n" if rest else "") + rest
    else:
        new = f"{text.rstrip()}\n\n{section}".lstrip()
    place.write_text(new, encoding="utf-8")
    print(section)
