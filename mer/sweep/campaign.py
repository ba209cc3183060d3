"""Several sweeps planned together; arrays and predictions that they share are made once."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from mer.core.digests import PACKAGE, code_digest, digest
from mer.core.errors import ConfigError, DataError, MerError
from mer.sweep.cells import Jobs
from mer.sweep.logs import log_of


class Campaign:
    """The sweeps of one call of Snakemake.

    Parameters
    ----------
    sweeps
        Jobs of each sweep that was asked for; their names differ.
    shelf
        Reads the sweep files that lie ready and make tables of papers; called when these are asked for,
        or when a job belongs to none of ``sweeps``.

    Raises
    ------
    ConfigError
        If two sweeps have one name.
    """

    def __init__(self, sweeps: Sequence[Jobs], shelf: Callable[[], Sequence[Jobs]] = tuple) -> None:
        self._shelf = shelf
        refuse_doubled(sweeps)
        self.sweeps = {jobs.sweep.config.name: jobs for jobs in sweeps}

    def check(self) -> None:
        """Make every index and every fold of every sweep."""
        for jobs in self.sweeps.values():
            jobs.sweep.check()

    def sweep(self, name: str) -> Jobs:
        """Return the jobs of a sweep by its name.

        Raises
        ------
        ConfigError
            If there is none.
        """
        for jobs in self._all():
            if jobs.sweep.config.name == name:
                return jobs
        raise ConfigError(f"No sweep is called {name}.")

    def paper_tables(self) -> list[str]:
        """Name the tables of the papers that any sweep makes, those on the shelf as well.

        Raises
        ------
        DataError
            Listing what is wrong with the data of these sweeps.
        """
        chosen = [jobs for jobs in self._all() if jobs.sweep.config.paper_tables]
        problems = []
        for jobs in chosen:
            try:
                jobs.sweep.check()
            except MerError as error:
                problems.append(f"{jobs.sweep.config.name}: {error}")
        if problems:
            raise DataError("\n".join(problems))
        return [path for jobs in chosen for path in jobs.paper_tables()]

    def page(self, name: str) -> str:
        """Name a page about the sweeps that were asked for, all of them trials or none."""
        return next(iter(self.sweeps.values())).page(name)

    def log_of_page(self, name: str) -> str:
        """Name the log of the job that makes a page."""
        return log_of(self.page(name))

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
        for jobs in self._all():
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
        for jobs in self._all():
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
        return self._asking(split, run, "trains", Jobs.variant_of)

    def of_inputs(self, split: str, inputs: str) -> tuple[Jobs, str, str]:
        """Return a sweep, its protocol and a variant that reads what a list names.

        Raises
        ------
        ConfigError
            If none does.
        """
        return self._asking(split, inputs, "reads the files of", Jobs.reader)

    def _asking(
        self, split: str, name: str, does: str, variant_of: Callable[[Jobs, str, str], str | None]
    ) -> tuple[Jobs, str, str]:
        for jobs in self._all():
            protocol = jobs.protocol_of(split)
            variant = None if protocol is None else variant_of(jobs, protocol, name)
            if protocol is not None and variant is not None:
                return jobs, protocol, variant
        raise ConfigError(f"No sweep {does} {name} on {split}.")

    def stand_in(self, folder: str) -> str:
        """Return the arguments of the command that writes a stand-in.

        Raises
        ------
        ConfigError
            If no sweep asks for it.
        """
        for jobs in self._all():
            if folder in jobs.stand_ins:
                return jobs.stand_ins[folder]
        raise ConfigError(f"No sweep asks for the stand-in {folder}.")

    def _all(self) -> Iterator[Jobs]:
        """List the sweeps that were asked for, then those on the shelf, read when it comes to them."""
        yield from self.sweeps.values()
        yield from self._others

    @cached_property
    def _others(self) -> list[Jobs]:
        shelf = self._shelf()
        refuse_doubled(shelf)
        return [jobs for jobs in shelf if jobs.sweep.config.name not in self.sweeps]


def refuse_doubled(sweeps: Sequence[Jobs]) -> None:
    """Refuse sweeps of one name: they would write into one folder.

    Raises
    ------
    ConfigError
        Naming them.
    """
    names = [jobs.sweep.config.name for jobs in sweeps]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise ConfigError(f"Two sweeps are called {', '.join(doubled)}. Give each a name of its own.")


def report_revision() -> str:
    """Digest the code and the templates that make the page about sweeps."""
    files = sorted(path for kind in ("j2", "css", "js") for path in (PACKAGE / "report").glob(f"*.{kind}"))
    templates = [[path.name, path.read_text(encoding="utf-8")] for path in files]
    return digest([code_digest("mer.jobs.report"), templates])
