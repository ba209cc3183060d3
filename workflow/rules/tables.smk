# From predictions to scores, tables and figures.


rule score:
    input:
        folds=f"{jobs.root}/folds/{{protocol}}.json",
        packs=packs,
    output:
        scores=f"{jobs.root}/scores/{{protocol}}/{{variant}}.csv",
        confusions=f"{jobs.root}/confusions/{{protocol}}/{{variant}}.csv",
    log:
        f"{jobs.root}/logs/score/{{protocol}}/{{variant}}.log",
    conda:
        "../../envs/mer.yaml"
    params:
        spec=score_spec,
    shell:
        "python -m mer.cli score --spec {params.spec:q} --folds {input.folds:q} --inputs {input.packs:q}"
        " --output {output.scores:q} {output.confusions:q} > {log:q} 2>&1"


rule table:
    input:
        scores,
    output:
        multiext(f"{jobs.root}/tables/{{protocol}}", ".csv", ".md", ".tex"),
    log:
        f"{jobs.root}/logs/table/{{protocol}}.log",
    conda:
        "../../envs/mer.yaml"
    params:
        spec=table_spec,
    shell:
        "python -m mer.cli table --spec {params.spec:q} --inputs {input:q} --output {output:q} > {log:q} 2>&1"


rule figure:
    input:
        f"{jobs.root}/confusions/{{protocol}}/{{variant}}.csv",
    output:
        multiext(
            f"{jobs.root}/figures/{{protocol}}/confusion_{{variant}}", ".png", ".pdf"
        ),
    log:
        f"{jobs.root}/logs/figure/{{protocol}}/confusion_{{variant}}.log",
    conda:
        "../../envs/mer.yaml"
    params:
        spec=figure_spec,
    shell:
        "python -m mer.cli figure --spec {params.spec:q} --inputs {input:q} --output {output:q} > {log:q} 2>&1"
