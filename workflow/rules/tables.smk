# From predictions to scores, tables and figures.


rule score:
    input:
        folds=folds,
        packs=packs,
    output:
        predictions="results/{sweep}/predictions/{protocol}/{variant}.parquet",
        scores="results/{sweep}/scores/{protocol}/{variant}.csv",
        confusions="results/{sweep}/confusions/{protocol}/{variant}.csv",
    log:
        "results/{sweep}/logs/score/{protocol}/{variant}.log",
    conda:
        "../../envs/mer.yaml"
    params:
        spec=score_spec,
        runs=runs_folder,
    shell:
        # The folder, not the files: thousands of them would be longer than a command may be.
        "python -m mer.cli score --spec {params.spec:q} --folds {input.folds:q}"
        " --inputs {params.runs:q} --output {output:q} > {log:q} 2>&1"


rule table:
    input:
        scores,
    output:
        report(
            multiext("results/{sweep}/tables/{protocol}", ".csv", ".md", ".tex"),
            caption="../report/table.rst",
            category="Tables",
            subcategory="{sweep}",
            labels={"protocol": "{protocol}"},
        ),
    log:
        "results/{sweep}/logs/table/{protocol}.log",
    conda:
        "../../envs/mer.yaml"
    params:
        spec=table_spec,
    shell:
        "python -m mer.cli table --spec {params.spec:q} --inputs {input:q} --output {output:q} > {log:q} 2>&1"


rule figure:
    input:
        "results/{sweep}/confusions/{protocol}/{variant}.csv",
    output:
        report(
            multiext(
                "results/{sweep}/figures/{protocol}/confusion_{variant}",
                ".png",
                ".pdf",
            ),
            caption="../report/confusions.rst",
            category="Figures",
            subcategory="{sweep}",
            labels={"protocol": "{protocol}", "variant": "{variant}"},
        ),
    log:
        "results/{sweep}/logs/figure/{protocol}/confusion_{variant}.log",
    conda:
        "../../envs/mer.yaml"
    params:
        spec=figure_spec,
    shell:
        "python -m mer.cli figure --spec {params.spec:q} --inputs {input:q} --output {output:q} > {log:q} 2>&1"


rule summary:
    input:
        contents,
    output:
        "results/{sweep}/sweep.json",
    log:
        "results/{sweep}/logs/summary.log",
    conda:
        "../../envs/mer.yaml"
    params:
        spec=summary_spec,
    shell:
        "python -m mer.cli summary --spec {params.spec:q} --output {output:q} > {log:q} 2>&1"
