# From arrays to predictions: one job trains and tests a pack of folds.


rule train:
    input:
        folds="results/{sweep}/folds/{protocol}.json",
        # Nothing trains on folds that leak.
        audit="results/{sweep}/audits/{protocol}.md",
        lists=lists,
        # None, for most variants.
        macro=macro_clips,
    output:
        "results/{sweep}/{kind}/{protocol}/{variant}/s{seeds}/{first}-{last}.parquet",
    log:
        "results/{sweep}/logs/train/{kind}/{protocol}/{variant}/s{seeds}/{first}-{last}.log",
    conda:
        "../../envs/mer.yaml"
    threads: n_cores
    resources:
        gpu=n_gpus,
    params:
        spec=train_spec,
        execution=execution,
        # Folds that are done, and checkpoints: a job that was killed goes on from there.
        work="results/{sweep}/checkpoints/{protocol}/{variant}",
    shell:
        "python -m mer.cli train --spec {params.spec:q} --execution {params.execution:q}"
        " --folds {input.folds:q} --inputs {input.lists:q} --macro {input.macro:q}"
        " --work {params.work:q} --output {output:q} 2>&1 | tee {log:q}"
