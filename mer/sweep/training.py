"""The jobs that train and test: their files, and the specification that each is given."""

from collections.abc import Sequence
from dataclasses import dataclass

from mer.artefacts.folds import Split
from mer.artefacts.macro_clips import MacroClips
from mer.core.digests import code_digest, digest
from mer.sweep.macro import macro_digest
from mer.sweep.preparing import RESULTS, PreparingJobs
from mer.sweep.remembered import remembered
from mer.sweep.resources import array_kilobytes, minutes, training_cores, training_mb
from mer.sweep.specs.base import EntrySettings
from mer.sweep.specs.folds import AuditSpec, FoldsSpec, MacroSpec
from mer.sweep.specs.inputs import InputsSpec
from mer.sweep.specs.packs import pack_name
from mer.sweep.specs.train import TrainSpec
from mer.sweep.splits import split_digest


def n_cells(seeds: Sequence[int], first: int, last: int) -> int:
    """Count what a pack trains: the folds ``first`` to ``last`` under each of some seeds."""
    return len(seeds) * (last - first + 1)


@dataclass(frozen=True)
class Pack:
    """What one training job does.

    Attributes
    ----------
    output
        File of its predictions.
    seeds, first, last
        It trains the folds ``first`` to ``last`` under each of these seeds.
    """

    output: str
    seeds: tuple[int, ...]
    first: int
    last: int

    @property
    def n_cells(self) -> int:
        """Folds times seeds."""
        return n_cells(self.seeds, self.first, self.last)


class TrainingJobs(PreparingJobs):
    """Paths and specifications of the jobs from folds to predictions, whose results all sweeps share.

    What two sweeps do in the same way has one name, and in the same packs it is done once. The name of a
    protocol's division into folds, and that of a run, a method with its settings on them, end in a digest
    of all settings; a change of code shows in the jobs' specifications.

    Parameters
    ----------
    sweep
        A sweep that asks for them.
    """

    # Names

    @remembered
    def split_name(self, protocol: str) -> str:
        """Name the division of a protocol's clips into folds."""
        datasets = self._settings_of(self._datasets_of(protocol))
        copies = [self.artefact_folder(name) for name in self._datasets_of(protocol)]
        settings = self._protocol(protocol).model_dump(mode="json")
        return f"{protocol}-{digest([settings, datasets, copies, self.split_digest(protocol)])[:8]}"

    @remembered
    def run_name(self, protocol: str, variant: str) -> str:
        """Name a method with its settings; variants that are the same, in any sweep, share it."""
        chosen = self.sweep.config.variants[variant]
        looks_at = [
            [self.artefact_folder(name), key] for name, key in self.representations(protocol, variant)
        ]
        macro = self._settings_of(chosen.macro)
        made_of = [self._method(variant).model_dump(mode="json"), looks_at, macro]
        return f"{chosen.spec.name}-{digest(made_of)[:8]}"

    def protocol_of(self, split: str) -> str | None:
        """Return the protocol whose division into folds is so named; None if there is none.

        No other protocol is divided for it: every job on a cluster plans again.
        """
        protocol = split.rpartition("-")[0]
        known = protocol in self.sweep.config.protocols
        return protocol if known and self.split_name(protocol) == split else None

    def variant_of(self, protocol: str, run: str) -> str | None:
        """Return a variant that runs under a protocol by the name of its run; None if there is none."""
        return self._variants_of(protocol, run.rpartition("-")[0]).get(run)

    @remembered
    def _variants_of(self, protocol: str, method: str) -> dict[str, str]:
        """List a method's variants that run under a protocol, the first one of each run, by its name."""
        chosen = [name for name in self.sweep.variants(protocol) if self._method(name).key == method]
        return {self.run_name(protocol, name): name for name in reversed(chosen)}

    # Files

    def folds(self, protocol: str) -> str:
        """Name the folds of a protocol."""
        return f"{RESULTS}/runs/{self.split_name(protocol)}/folds.json"

    def audits(self) -> list[str]:
        """Name the reports on the folds."""
        return [f"{RESULTS}/runs/{self.split_name(one)}/audit.md" for one in self.sweep.config.protocols]

    @remembered
    def lists(self, protocol: str, variant: str) -> list[str]:
        """Name the lists of the prepared parts that a variant reads under a protocol."""
        return [
            f"{RESULTS}/artefacts/{self.artefact_folder(name)}/{key}/parts.json"
            for name, key in self.representations(protocol, variant)
        ]

    def macro_clips(self, protocol: str, variant: str) -> list[str]:
        """Name the list of macro-expressions that a variant learns from; none if it takes none."""
        macro = self.sweep.config.variants[variant].macro
        return [f"{self.run_folder(protocol, variant)}/macro.json"] if macro else []

    @remembered
    def inputs(self, protocol: str, variant: str) -> str:
        """Name the list of all files that a variant reads under a protocol."""
        name = digest(self.inputs_spec(protocol, variant))[:8]
        return f"{RESULTS}/runs/{self.split_name(protocol)}/inputs/{name}.json"

    def reader(self, protocol: str, inputs: str) -> str | None:
        """Return a variant that reads what a list names; None if there is none."""
        return self._readers(protocol).get(inputs)

    @remembered
    def _readers(self, protocol: str) -> dict[str, str]:
        """List a variant that runs under a protocol by the list of what it reads."""
        return {self.inputs(protocol, name): name for name in self.sweep.variants(protocol)}

    def packs(self, protocol: str, variant: str) -> list[str]:
        """Name the predictions of all packs of folds and seeds of a variant under a protocol."""
        return [pack.output for pack in self.cut(protocol, variant)]

    def cut(self, protocol: str, variant: str) -> list[Pack]:
        """List the packs of folds and seeds of a variant under a protocol."""
        folder = self.run_folder(protocol, variant)
        return [
            Pack(f"{folder}/{pack_name(seeds, first, last)}", seeds, first, last)
            for seeds in self.sweep.seed_groups(variant)
            for first, last in self.sweep.packs(protocol, variant)
        ]

    def run_folder(self, protocol: str, variant: str) -> str:
        """Name the folder of a variant's predictions; what an oracle is to choose from lies apart."""
        oracle = self.sweep.config.variants[variant].selection == "oracle_test"
        names = f"{self.split_name(protocol)}/{self.run_name(protocol, variant)}"
        return f"{RESULTS}/{'oracles' if oracle else 'runs'}/{names}"

    # Specifications

    def folds_spec(self, protocol: str) -> str:
        """Specify the job that writes a protocol's folds."""
        split = self.sweep.split(protocol)
        spec = FoldsSpec(
            name=protocol,
            protocol=self._protocol(protocol),
            datasets={name: self._dataset(name) for name in self._datasets_of(protocol)},
            digest=self.split_digest(protocol),
            revision=digest([_marks(split), split.notes, code_digest("mer.artefacts.folds")]),
        )
        return spec.as_json()

    def macro_spec(self, protocol: str, variant: str) -> str:
        """Specify the job that lists the macro-expressions of a variant."""
        clips = self.sweep.macro_clips(protocol, variant)
        spec = MacroSpec(
            name=self.run_name(protocol, variant),
            protocol=self._protocol(protocol),
            datasets={name: self._dataset(name) for name in self.sweep.config.variants[variant].macro},
            digest=self._macro_digest(protocol, variant),
            revision=digest([_marks(clips) if clips else [], code_digest("mer.artefacts.macro_clips")]),
        )
        return spec.as_json()

    def inputs_spec(self, protocol: str, variant: str) -> str:
        """List all files that a variant reads under a protocol."""
        (macro,) = self.macro_clips(protocol, variant) or (None,)
        lists = tuple(self.lists(protocol, variant))
        return InputsSpec(folds=self.folds(protocol), lists=lists, macro=macro).as_json()

    def audit_spec(self, protocol: str) -> str:
        """Specify the job that audits a protocol's folds."""
        revision = digest([self.split_digest(protocol), code_digest("mer.jobs.leak_audit")])
        return AuditSpec(revision=revision).as_json()

    def train_spec(self, protocol: str, variant: str, seeds: Sequence[int], first: int, last: int) -> str:
        """Specify the job that trains and tests one pack of folds under some seeds."""
        pack = {"first": first, "last": last}
        return self._train_spec(protocol, variant, tuple(seeds)).model_copy(update=pack).as_json()

    @remembered
    def _train_spec(self, protocol: str, variant: str, seeds: Sequence[int]) -> TrainSpec:
        """Specify the job of the first fold, like which those of all packs are under the same seeds."""
        return TrainSpec(
            run=self.run_name(protocol, variant),
            method=self._method(variant),
            selection=self.sweep.config.variants[variant].selection,
            first=0,
            last=0,
            recipes={seed: self.recipe(protocol, variant, seed) for seed in seeds},
        )

    # Digests

    @remembered
    def recipe(self, protocol: str, variant: str, seed: int) -> str:
        """Digest all that a variant's predictions under one seed are made of."""
        settings, *others = self._made_of(protocol, variant)
        return digest([settings, seed, *others])

    @remembered
    def _made_of(self, protocol: str, variant: str) -> list[object]:
        """List all that a variant's predictions are made of but the seed, settings first."""
        method = self._method(variant)
        macro = self._macro_digest(protocol, variant)
        return [
            method.model_dump(mode="json"),
            self.split_digest(protocol),
            [self._preparing(*one) for one in self.representations(protocol, variant)],
            code_digest("mer.jobs.train", f"mer.methods.{method.key}"),
            *([macro] if macro else []),
        ]

    @remembered
    def split_digest(self, protocol: str) -> str:
        """Digest a protocol's samples, labels and folds."""
        return split_digest(self.sweep.split(protocol))

    @remembered
    def _macro_digest(self, protocol: str, variant: str) -> str:
        """Digest the macro-expressions that a variant learns from; blank if it takes none."""
        clips = self.sweep.macro_clips(protocol, variant)
        return "" if clips is None else macro_digest(clips)

    # How jobs run

    def train_execution(self, variant: str, threads: int) -> str:
        """Tell a training job how to run, and what messages call it; never compared with the last run."""
        return self.execution(threads, title=variant)

    def n_gpus(self, variant: str) -> int:
        """Count the GPUs that a training job of a variant asks for."""
        return int(self.sweep.wants_gpu(variant))

    def n_cores(self, protocol: str, variant: str, seeds: Sequence[int], first: int, last: int) -> int:
        """Count the cores that a training job can use.

        A job that is sure of its GPU trains one fold after the other and needs one core.
        """
        if self.sweep.wants_gpu(variant) and self.sweep.config.device == "cuda":
            return 1
        seconds = self.sweep.fold_seconds(protocol, variant, on_gpu=False)
        return training_cores(seconds, n_cells(seeds, first, last))

    def training_mb(self, protocol: str, variant: str, n_cells: int, threads: int, attempt: int) -> int:
        """Count the memory that a training job of so many folds and seeds asks for, in MB."""
        kilobytes = array_kilobytes(self.sweep.recipe(variant)) * self.sweep.n_learned(protocol, variant)
        chosen = self.sweep.config.variants[variant]
        return training_mb(
            chosen.spec,
            kilobytes / 1024,
            threads,
            n_networks=n_cells * int(getattr(chosen.params, "members", 1)),
            gpu=self.sweep.wants_gpu(variant),
            attempt=attempt,
        )

    def training_minutes(self, protocol: str, variant: str, n_cells: int, threads: int, attempt: int) -> int:
        """Count the minutes that a training job of so many folds and seeds asks for."""
        on_gpu = self.sweep.wants_gpu(variant)
        seconds = self.sweep.fold_seconds(protocol, variant, on_gpu=on_gpu) * n_cells
        return minutes(seconds if on_gpu else seconds / threads, attempt)

    # Look-ups

    def _protocol(self, name: str) -> EntrySettings:
        entry = self.sweep.config.protocols[name]
        return EntrySettings.of(entry.spec.name, entry.params)

    @remembered
    def _method(self, variant: str) -> EntrySettings:
        chosen = self.sweep.config.variants[variant]
        return EntrySettings.of(chosen.spec.name, chosen.params)

    def _settings_of(self, datasets: Sequence[str]) -> list[list[object]]:
        return [[name, self._dataset(name).model_dump(mode="json")] for name in datasets]


def _marks(clips: Split | MacroClips) -> list[list[object]]:
    """List what files say of clips beyond what is learned from them."""
    return [[s.onset, s.apex, s.offset, s.fps, s.action_units] for s in clips.samples.values()]
