# What the rules ask of the package: paths, specifications, resources. Nothing is decided here.
import gc
import inspect
import pathlib

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

import mer.cluster.scheduler
import mer.cluster.start
import mer.core.errors
import mer.sweep.campaign
import mer.sweep.failures
import mer.sweep.figures
import mer.sweep.paper_tables
import mer.sweep.start
import mer.sweep.training

# A plan makes millions of objects that stay; to look for rubbish among them so often takes a seventh of its time.
gc.set_threshold(100_000, 100)

try:
    mer.sweep.start.use_this_interpreter()
    campaign = mer.sweep.start.start(
        config,
        workflow.overwrite_configfiles,
        pathlib.Path(workflow.basedir, "config.yaml"),
    )
    if workflow.is_main_process:
        campaign.check()
        # Before Snakemake takes its lock, and in every process that may take it.
        controller = mer.cluster.start.announce(pathlib.Path.cwd(), logger.warning)
        if mer.cluster.start.is_alone(pathlib.Path.cwd(), controller):
            mer.sweep.start.drop_hollow_lists(pathlib.Path("results"))
except mer.core.errors.MerError as error:
    raise WorkflowError(str(error)) from None


def start_controller():
    """Make sure that jobs survive what may happen to the cluster; before the first one is submitted."""
    mer.cluster.scheduler.look_only_where_held_back(workflow.scheduler)
    plugin = workflow.executor_plugin
    slurm = plugin is not None and plugin.name == "slurm"
    try:
        if slurm:
            mer.cluster.start.refuse_what_loses_jobs(
                getattr(workflow.executor_settings, "array_jobs", None),
                workflow.group_settings.overwrite_groups,
            )
        mer.cluster.start.take_over(
            pathlib.Path.cwd(),
            controller,
            plugin.executor if slurm else None,
            logger.warning,
        )
    except mer.core.errors.MerError as error:
        raise WorkflowError(str(error)) from None


wildcard_constraints:
    sweep="[a-z0-9][a-z0-9_]*",
    dataset="[a-z0-9_]+-[0-9a-f]{8}",
    recipe="[a-z0-9_]+-[0-9a-f]{8}",
    part="[A-Za-z0-9_.-]+",
    stand_in="[a-z0-9_]+-[0-9a-f]{8}",
    data="[a-z0-9_]+",
    protocol="[a-z0-9_]+",
    variant="[a-z0-9_]+",
    split="[a-z0-9_]+-[0-9a-f]{8}",
    run="[a-z0-9_]+-[0-9a-f]{8}",
    inputs="[0-9a-f]{8}",
    seeds="[0-9]+(-[0-9]+)*",
    kind="runs|oracles",
    first="[0-9]+",
    last="[0-9]+",
    paper_table="[a-z0-9_]+",
    figure="|".join(mer.sweep.figures.SOMETIMES),


def jobs_of(w):
    return campaign.sweep(w.sweep)


def owner_of(w):
    return campaign.owner(w.dataset, w.recipe)


def all_sweeps(w):
    return campaign.targets()


def all_paper_tables(w):
    return campaign.paper_tables()


def paper_tables_for_a_page(w):
    return [path for path in campaign.paper_tables() if path.endswith(".html")]


def contents(w):
    jobs = jobs_of(w)
    made = jobs.samples() + jobs.audits() + jobs.tables() + jobs.figures()
    made += jobs.comparisons() + jobs.contact_sheets()
    return made + jobs.paper_tables()


def sweep_names(w):
    return list(campaign.sweeps)


def report_revision(w):
    return mer.sweep.campaign.report_revision()


# Snakemake does not compare parameters that depend on threads with those of the last run: another
# device, core count or data folder makes nothing stale.
def execution(w, threads):
    return jobs_of(w).execution(threads)


def prepare_execution(w, threads):
    return owner_of(w).execution(threads)


def folds_spec(w):
    jobs, protocol = campaign.of_split(w.split)
    return jobs.folds_spec(protocol)


def folds_execution(w, threads):
    return campaign.of_split(w.split)[0].execution(threads)


def folds(w):
    return jobs_of(w).folds(w.protocol)


def samples_spec(w):
    return jobs_of(w).samples_spec(w.data)


def audit_spec(w):
    jobs, protocol = campaign.of_split(w.split)
    return jobs.audit_spec(protocol)


def prepare_spec(w):
    return owner_of(w).prepare_spec(w.dataset, w.recipe, w.part)


def stand_in_arguments(w):
    return campaign.stand_in(w.stand_in)


def stand_in_of(w):
    return owner_of(w).stand_in(w.dataset)


def landmarks_of(w):
    return owner_of(w).landmarks(w.dataset, w.recipe, f"{w.part}.safetensors")


def landmarks_list_of(w):
    return owner_of(w).landmarks(w.dataset, w.recipe, "parts.json")


def contact_sheet_spec(w):
    return owner_of(w).contact_sheet_spec(w.dataset, w.recipe)


def n_preparing_gpus(w):
    return owner_of(w).n_preparing_gpus(w.recipe)


def prepare_mb(w, attempt):
    return owner_of(w).preparing_mb(w.recipe, attempt)


def prepare_minutes(w, attempt):
    return owner_of(w).preparing_minutes(w.dataset, w.recipe, w.part, attempt)


def parts_spec(w):
    return owner_of(w).parts_spec(w.dataset, w.recipe)


def all_parts(w):
    folder = f"results/artefacts/{w.dataset}/{w.recipe}"
    return expand(
        "{folder}/{part}.safetensors",
        folder=folder,
        part=owner_of(w).parts(w.dataset, w.recipe),
    )


def seeds_of(w):
    return [int(seed) for seed in w.seeds.split("-")]


def pack_of(w):
    return seeds_of(w), int(w.first), int(w.last)


def train_spec(w):
    jobs, *names = campaign.of_run(w.split, w.run)
    return jobs.train_spec(*names, *pack_of(w))


def train_execution(w, threads):
    jobs, _, variant = campaign.of_run(w.split, w.run)
    return jobs.train_execution(variant, threads)


def macro_execution(w, threads):
    return campaign.of_run(w.split, w.run)[0].execution(threads)


def macro_spec(w):
    jobs, *names = campaign.of_run(w.split, w.run)
    return jobs.macro_spec(*names)


def reader_of(w):
    path = f"results/runs/{w.split}/inputs/{w.inputs}.json"
    return campaign.of_inputs(w.split, path)


def inputs_spec(w):
    jobs, *names = reader_of(w)
    return jobs.inputs_spec(*names)


def macro_clips(w):
    jobs, *names = reader_of(w)
    return jobs.macro_clips(*names)


def lists(w):
    jobs, *names = reader_of(w)
    return jobs.lists(*names)


def inputs(w):
    jobs, *names = campaign.of_run(w.split, w.run)
    return jobs.inputs(*names)


def n_gpus(w):
    jobs, _, variant = campaign.of_run(w.split, w.run)
    return jobs.n_gpus(variant)


def n_cores(w):
    jobs, *names = campaign.of_run(w.split, w.run)
    return jobs.n_cores(*names, *pack_of(w))


def train_mb(w, threads, attempt):
    jobs, *names = campaign.of_run(w.split, w.run)
    n_cells = mer.sweep.training.n_cells(*pack_of(w))
    return jobs.training_mb(*names, n_cells, threads, attempt)


def train_minutes(w, threads, attempt):
    jobs, *names = campaign.of_run(w.split, w.run)
    n_cells = mer.sweep.training.n_cells(*pack_of(w))
    return jobs.training_minutes(*names, n_cells, threads, attempt)


def packs(w):
    return jobs_of(w).packs(w.protocol, w.variant)


def runs_folder(w):
    return jobs_of(w).run_folder(w.protocol, w.variant)


def score_spec(w):
    return jobs_of(w).score_spec(w.protocol, w.variant)


def scores(w):
    return jobs_of(w).scores(w.protocol)


def predictions(w):
    return jobs_of(w).predictions(w.protocol)


def comparison_spec(w):
    return jobs_of(w).comparison_spec(w.protocol)


def table_spec(w):
    return jobs_of(w).table_spec(w.protocol)


def published_audit_spec(w):
    return mer.sweep.paper_tables.published_audit_spec()


def paper_table_spec(w):
    return mer.sweep.paper_tables.paper_table_spec(jobs_of(w), w.paper_table)


def paper_page_spec(w):
    return mer.sweep.paper_tables.paper_page_spec()


def paper_inputs(w):
    return mer.sweep.paper_tables.paper_inputs(jobs_of(w), w.paper_table)


def figure_spec(w):
    return jobs_of(w).figure_spec(w.protocol, w.variant)


def figures_spec(w):
    return jobs_of(w).figures_spec(w.protocol)


def intervals(w):
    return jobs_of(w).intervals(w.protocol)


def oracle_packs(w):
    return jobs_of(w).oracle_packs(w.protocol) if w.figure == "training_curves" else []


def ranks_spec(w):
    return jobs_of(w).ranks_spec()


def ranked_scores(w):
    return jobs_of(w).ranked_scores()


def features_spec(w):
    return jobs_of(w).features_spec(w.protocol, w.variant)


def features_execution(w, threads):
    return jobs_of(w).train_execution(w.variant, threads)


def features_lists(w):
    return jobs_of(w).lists(w.protocol, w.variant)


def n_feature_gpus(w):
    return jobs_of(w).n_gpus(w.variant)


def feature_mb(w, attempt):
    return jobs_of(w).training_mb(w.protocol, w.variant, 1, 1, attempt)


def feature_minutes(w, attempt):
    return jobs_of(w).training_minutes(w.protocol, w.variant, 1, 1, attempt)


def summary_spec(w):
    return jobs_of(w).summary_spec()


def what_failed(log):
    files = workflow.overwrite_configfiles
    return mer.sweep.failures.at_the_end(campaign.sweeps.values(), files, log)


# Snakemake asks for every job which arguments these functions take. Python remembers the answer where it is
# noted down, and a plan of many jobs takes a twentieth less time.
for one in list(globals().values()):
    if inspect.isfunction(one) and one.__code__.co_filename.endswith("common.smk"):
        one.__signature__ = inspect.signature(one)
