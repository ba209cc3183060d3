# From predictions, their intervals and scores after every epoch to figures.


rule figures:
    input:
        folds=folds,
        intervals=intervals,
        predictions=predictions,
    output:
        multiext("results/{sweep}/figures/{protocol}/per_class", ".png", ".pdf"),
        multiext("results/{sweep}/figures/{protocol}/scores", ".png", ".pdf"),
        multiext("results/{sweep}/figures/{protocol}/subjects", ".png", ".pdf"),
        # What each figure of the protocol shows, in words.
        "results/{sweep}/figures/{protocol}/figures.json",
    log:
        "results/{sweep}/logs/figures/{protocol}/figures.log",
    conda:
        "../../envs/mer.yaml"
    params:
        spec=figures_spec,
    shell:
        "python -m mer.cli figures --spec {params.spec:q} --folds {input.folds:q}"
        " --inputs {input.intervals:q} {input.predictions:q} --output {output:q} > {log:q} 2>&1"


# Those that only some sweeps have; which, is known from the configuration.
rule figures_sometimes:
    input:
        folds=folds,
        intervals=intervals,
        predictions=predictions,
        # Scores after every epoch, for training curves.
        packs=oracle_packs,
    output:
        multiext("results/{sweep}/figures/{protocol}/{figure}", ".png", ".pdf"),
    log:
        "results/{sweep}/logs/figures/{protocol}/{figure}.log",
    conda:
        "../../envs/mer.yaml"
    params:
        spec=figures_spec,
    shell:
        # The folders of the packs are in the specification.
        "python -m mer.cli figures --spec {params.spec:q} --folds {input.folds:q}"
        " --inputs {input.intervals:q} {input.predictions:q} --output {output:q} > {log:q} 2>&1"


rule figures_ranks:
    input:
        ranked_scores,
    output:
        multiext("results/{sweep}/figures/critical_difference", ".png", ".pdf"),
        "results/{sweep}/figures/figures.json",
    log:
        "results/{sweep}/logs/figures/critical_difference.log",
    conda:
        "../../envs/mer.yaml"
    params:
        spec=ranks_spec,
    shell:
        "python -m mer.cli ranks --spec {params.spec:q} --inputs {input:q} --output {output:q} > {log:q} 2>&1"


# On demand only: trains the variant on the first fold, as it was trained for the table.
rule figures_features:
    input:
        folds=folds,
        lists=features_lists,
    output:
        multiext(
            "results/{sweep}/figures/{protocol}/features_{variant}",
            ".png",
            ".pdf",
            ".json",
        ),
    log:
        "results/{sweep}/logs/figures/{protocol}/features_{variant}.log",
    conda:
        "../../envs/mer.yaml"
    resources:
        gpu=n_feature_gpus,
        mem_mb=feature_mb,
        runtime=feature_minutes,
    params:
        spec=features_spec,
        execution=features_execution,
    shell:
        "python -m mer.cli features --spec {params.spec:q} --execution {params.execution:q}"
        " --folds {input.folds:q} --inputs {input.lists:q} --output {output:q} > {log:q} 2>&1"
