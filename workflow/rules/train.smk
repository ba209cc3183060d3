# From arrays to predictions: one job trains and tests a pack of folds.


rule train:
    input:
        folds="results/{sweep}/folds/{protocol}.json",
        # Nothing trains on folds that leak.
        audit="results/{sweep}/audits/{protocol}.md",
        lists=lists,
    output:
        "results/{sweep}/predictions/{protocol}/{variant}/s{seed}/{first}-{last}.parquet",
    log:
        "results/{sweep}/logs/train/{protocol}/{variant}/s{seed}/{first}-{last}.log",
    conda:
        "../../envs/mer.yaml"
    threads: n_cores
    resources:
        gpu=n_gpus,
    params:
        spec=train_spec,
        execution=execution,
    shell:
        "python -m mer.cli train --spec {params.spec:q} --execution {params.execution:q}"
        " --folds {input.folds:q} --inputs {input.lists:q} --output {output:q} > {log:q} 2>&1"
