"""What a rule tells its job: names, settings and digests, as JSON on the command line.

A specification is the whole recipe of a job. Snakemake compares it with the one of the last run, so
a result is computed again exactly when something that goes into it has changed. How a job runs
(device, cores, where data lie) travels separately and is not compared. Each job's specification has
a module of its own, so that a change of one leaves the others' results alone.
"""
