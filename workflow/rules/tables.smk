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
        "python -m mer.cli score_variant --spec {params.spec:q} --folds {input.folds:q}"
        " --inputs {params.runs:q} --output {output:q} > {log:q} 2>&1"


rule comparison:
    input:
        folds=folds,
        predictions=predictions,
    output:
        comparisons="results/{sweep}/comparisons/{protocol}.csv",
        readable="results/{sweep}/comparisons/{protocol}.md",
        intervals="results/{sweep}/intervals/{protocol}.csv",
    log:
        "results/{sweep}/logs/comparison/{protocol}.log",
    conda:
        "../../envs/mer.yaml"
    params:
        spec=comparison_spec,
    shell:
        "python -m mer.cli comparison --spec {params.spec:q} --folds {input.folds:q}"
        " --inputs {input.predictions:q} --output {output:q} > {log:q} 2>&1"


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


# Recomputes what the papers print, once for all sweeps.
rule published_audit:
    output:
        checks="results/published/audit.csv",
        cells="results/published/failing_cells.csv",
    log:
        "results/logs/published/audit.log",
    conda:
        "../../envs/mer.yaml"
    params:
        spec=published_audit_spec,
    shell:
        "python -m mer.cli published_audit --spec {params.spec:q} --output {output:q} > {log:q} 2>&1"


# A table of a paper, measured beside printed. Predictions are read; scores are made together with them.
rule paper_table:
    input:
        measured=paper_inputs,
        failing="results/published/failing_cells.csv",
    output:
        multiext(
            "results/{sweep}/paper_tables/{paper_table}",
            ".csv",
            ".md",
            ".tex",
            ".html",
        ),
    log:
        "results/{sweep}/logs/paper_table/{paper_table}.log",
    conda:
        "../../envs/mer.yaml"
    params:
        spec=paper_table_spec,
        root="results/{sweep}",
    shell:
        "python -m mer.cli paper_table --spec {params.spec:q} --inputs {params.root:q} {input.failing:q}"
        " --output {output:q} > {log:q} 2>&1"


# The tables of all papers: the union of the files in workflow/sweeps/ that name any, in one plan.
rule paper_tables:
    input:
        all_paper_tables,
        page=campaign.page("paper_tables"),
    localrule: True


# All of them on one page for a browser.
rule paper_page:
    input:
        audit="results/published/audit.csv",
        tables=paper_tables_for_a_page,
    output:
        campaign.page("paper_tables"),
    log:
        campaign.log_of_page("paper_tables"),
    conda:
        "../../envs/mer.yaml"
    params:
        spec=paper_page_spec,
    shell:
        "python -m mer.cli paper_page --spec {params.spec:q} --inputs {input.audit:q} {input.tables:q}"
        " --output {output:q} > {log:q} 2>&1"


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
