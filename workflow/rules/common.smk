# What the rules ask of the package: paths, specifications, resources. Nothing is decided here.
import pathlib

from snakemake.exceptions import WorkflowError

import mer.core.errors
import mer.sweep.start

try:
    mer.sweep.start.use_this_interpreter()
    jobs = mer.sweep.start.start(
        config,
        workflow.overwrite_configfiles,
        pathlib.Path(workflow.basedir, "config.yaml"),
    )
    if workflow.is_main_process:
        jobs.sweep.check()
except mer.core.errors.MerError as error:
    raise WorkflowError(str(error)) from None


wildcard_constraints:
    dataset="[a-z0-9_]+-[0-9a-f]{8}",
    recipe="[a-z0-9_]+-[0-9a-f]{8}",
    part="[A-Za-z0-9_-]+",
    protocol="[a-z0-9_]+",
    variant="[a-z0-9_]+",
    seed="[0-9]+",
    first="[0-9]+",
    last="[0-9]+",


def all_targets(wildcards):
    return jobs.targets()


def execution(wildcards, threads):
    # Snakemake does not compare parameters that depend on threads with those of the last run:
    # another device, core count or data folder makes nothing stale.
    return jobs.execution(threads)


def folds_spec(wildcards):
    return jobs.folds_spec(wildcards.protocol)


def prepare_spec(wildcards):
    return jobs.prepare_spec(wildcards.dataset, wildcards.recipe, wildcards.part)


def list_spec(wildcards):
    return jobs.list_spec(wildcards.dataset)


def all_parts(wildcards):
    return expand(
        "results/artefacts/{{dataset}}/{{recipe}}/{part}.safetensors",
        part=jobs.parts(wildcards.dataset),
    )


def train_spec(wildcards):
    w = wildcards
    return jobs.train_spec(
        w.protocol, w.variant, int(w.seed), int(w.first), int(w.last)
    )


def lists(wildcards):
    return jobs.lists(wildcards.protocol, wildcards.variant)


def n_gpus(wildcards):
    return jobs.n_gpus(wildcards.variant)


def n_cores(wildcards):
    return jobs.n_cores(wildcards.variant, int(wildcards.first), int(wildcards.last))


def packs(wildcards):
    return jobs.predictions(wildcards.protocol, wildcards.variant)


def score_spec(wildcards):
    return jobs.score_spec(wildcards.variant)


def scores(wildcards):
    return jobs.scores(wildcards.protocol)


def table_spec(wildcards):
    return jobs.table_spec(wildcards.protocol)


def figure_spec(wildcards):
    return jobs.figure_spec(wildcards.protocol, wildcards.variant)
