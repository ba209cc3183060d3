# Plans and runs a sweep. `snakemake --cores 2` runs the demo in config.yaml;
# `snakemake --cores 2 --configfile workflow/sweeps/<sweep>.yaml` runs another one instead.
from snakemake.utils import min_version

min_version("9.19")


# There is no `configfile:` on purpose: Snakemake would merge every --configfile into it, and the
# demo's data sets and variants would be run along. `common.smk` reads config.yaml if none is given.
include: "workflow/rules/common.smk"
include: "workflow/rules/prepare.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/tables.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/report.smk"


# On a cluster these run where Snakemake runs: there are few of them, they put small files together, and a job
# of their own would take longer to start than to run. What is made per variant, or reads a data set, is a job.
localrules:
    parts,
    audit,
    inputs,
    table,
    summary,
    published_audit,
    paper_table,
    paper_page,
    report,


# Introduces what `snakemake --report` writes.
report: "workflow/report/workflow.rst"


rule all:
    default_target: True
    input:
        all_sweeps,
        campaign.page("report"),
    localrule: True


onstart:
    start_controller()


onsuccess:
    print("Done. A sweep's tables are printed by: mer show <sweep>")
    print("All finished sweeps on one page, for a browser: mer report")


onerror:
    print(what_failed(log))
