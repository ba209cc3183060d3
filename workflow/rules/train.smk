# From arrays to predictions: one job trains and tests a pack of folds, for all sweeps that ask for it.


# What the training jobs of some methods read, in one file that they wait for: with thousands of jobs, each file
# that all of them wait for costs the controller memory and time.
rule inputs:
    input:
        # Made of the folds; nothing trains on folds that leak.
        audit="results/runs/{split}/audit.md",
        lists=lists,
        # None, for most methods.
        macro=macro_clips,
    output:
        "results/runs/{split}/inputs/{inputs}.json",
    log:
        "results/logs/runs/{split}/inputs/{inputs}.log",
    conda:
        "../../envs/mer.yaml"
    params:
        spec=inputs_spec,
    shell:
        "echo {params.spec:q} > {output:q} 2> {log:q}"


rule train:
    input:
        inputs,
    output:
        "results/{kind}/{split}/{run}/s{seeds}/{first}-{last}.parquet",
    log:
        "results/logs/{kind}/{split}/{run}/s{seeds}/{first}-{last}.log",
    conda:
        "../../envs/mer.yaml"
    threads: n_cores
    resources:
        gpu=n_gpus,
        mem_mb=train_mb,
        runtime=train_minutes,
    params:
        spec=train_spec,
        execution=train_execution,
    shell:
        "python -m mer.cli train --spec {params.spec:q} --execution {params.execution:q}"
        " --inputs {input:q} --output {output:q} 2>&1 | tee {log:q}"
