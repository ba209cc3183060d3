"""Several sweeps planned together; arrays and predictions that they share are made once."""

from collections.abc import Sequence

from mer.core.digests import PACKAGE, code_digest, digest
from mer.core.errors import ConfigError
from mer.sweep.cells import Jobs


class Campaign:
    """The sweeps of one call of Snakemake.

    Parameters
    ----------
    sweeps
        Jobs of each sweep; their names differ.

    Raises
    ------
    ConfigError
        If two sweeps have one name.
    """

    def __init__(self, sweeps: Sequence[Jobs]) -> None:
        self.sweeps = {jobs.sweep.config.name: jobs for jobs in sweeps}
        if len(self.sweeps) < len(sweeps):
            names = [jobs.sweep.config.name for jobs in sweeps]
            doubled = sorted({name for name in names if names.count(name) > 1})
            raise ConfigError(f"Two sweeps are called {', '.join(doubled)}. Give each a name of its own.")

    def check(self) -> None:
        """Make every index and every fold of every sweep."""
        for jobs in self.sweeps.values():
            jobs.sweep.check()

    def targets(self) -> list[str]:
        """Name everything that a person opens."""
        return [f"{jobs.root}/sweep.json" for jobs in self.sweeps.values()]

    def owner(self, folder: str, recipe_key: str) -> Jobs:
        """Return a sweep that asks for a representation of a data set, by its artefact folder.

        Which one does not matter: the folder's name carries a digest of the data, the key one of
        the settings.

        Raises
        ------
        ConfigError
            If none does.
        """
        for jobs in self.sweeps.values():
            if folder in jobs.datasets and recipe_key in jobs.recipes:
                return jobs
        raise ConfigError(f"No sweep asks for {recipe_key} of {folder}.")

    def of_split(self, split: str) -> tuple[Jobs, str]:
        """Return a sweep that divides clips into the named folds, and its protocol.

        Raises
        ------
        ConfigError
            If none does.
        """
        for jobs in self.sweeps.values():
            protocol = jobs.protocol_of(split)
            if protocol is not None:
                return jobs, protocol
        raise ConfigError(f"No sweep has the folds {split}.")

    def of_run(self, split: str, run: str) -> tuple[Jobs, str, str]:
        """Return a sweep that trains a method with its settings, its protocol and its variant.

        Raises
        ------
        ConfigError
            If none does.
        """
        for jobs in self.sweeps.values():
            protocol = jobs.protocol_of(split)
            variant = None if protocol is None else jobs.variant_of(protocol, run)
            if protocol is not None and variant is not None:
                return jobs, protocol, variant
        raise ConfigError(f"No sweep trains {run} on {split}.")

    def stand_in(self, folder: str) -> str:
        """Return the arguments of the command that writes a stand-in.

        Raises
        ------
        ConfigError
            If no sweep asks for it.
        """
        for jobs in self.sweeps.values():
            if folder in jobs.stand_ins:
                return jobs.stand_ins[folder]
        raise ConfigError(f"No sweep asks for the stand-in {folder}.")


def report_revision() -> str:
    """Digest the code and the templates that make the page about sweeps."""
    files = sorted(path for kind in ("j2", "css", "js") for path in (PACKAGE / "report").glob(f"*.{kind}"))
    templates = [[path.name, path.read_text(encoding="utf-8")] for path in files]
    return digest([code_digest("mer.jobs.report"), templates])
