# From arrays to predictions: one job trains and tests a pack of folds, for all sweeps that ask for it.


rule train:
    input:
        # Nothing trains on folds that leak. The audit is made of the folds, which are no input of their own:
        # with thousands of jobs, every file costs the controller memory and time.
        audit="results/runs/{split}/audit.md",
        lists=lists,
        # None, for most methods.
        macro=macro_clips,
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
        folds="results/runs/{split}/folds.json",
        execution=train_execution,
        # Folds that are done, and checkpoints: a job that was killed goes on from there.
        work="results/{kind}/{split}/{run}/unfinished",
    shell:
        "python -m mer.cli train --spec {params.spec:q} --execution {params.execution:q}"
        " --folds {params.folds:q} --inputs {input.lists:q} --macro {input.macro:q}"
        " --work {params.work:q} --output {output:q} 2>&1 | tee {log:q}"
