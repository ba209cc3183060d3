"""List what belongs to a sweep."""

import json
from pathlib import Path

from mer.core.files import complete
from mer.sweep.specs.tables import SummarySpec


def run(spec: SummarySpec, output: Path) -> None:
    """Write the list; a file that is not in it belongs to an earlier form of the sweep."""
    with complete(output) as temporary:
        temporary.write_text(json.dumps(spec.model_dump(mode="json"), indent=1) + "\n", encoding="utf-8")
