# From data sets to folds and to arrays, both shared by all sweeps.


rule samples:
    output:
        multiext("results/{sweep}/samples/{data}", ".csv", ".md"),
    log:
        "results/{sweep}/logs/samples/{data}.log",
    conda:
        "../../envs/mer.yaml"
    params:
        spec=samples_spec,
        execution=execution,
    shell:
        "python -m mer.cli samples --spec {params.spec:q} --execution {params.execution:q}"
        " --output {output:q} > {log:q} 2>&1"


rule folds:
    output:
        "results/runs/{split}/folds.json",
    log:
        "results/logs/runs/{split}/folds.log",
    conda:
        "../../envs/mer.yaml"
    params:
        spec=folds_spec,
        execution=folds_execution,
    shell:
        "python -m mer.cli folds --spec {params.spec:q} --execution {params.execution:q}"
        " --output {output:q} > {log:q} 2>&1"


rule audit:
    input:
        "results/runs/{split}/folds.json",
    output:
        report(
            "results/runs/{split}/audit.md",
            caption="../report/audit.rst",
            category="Leak audits",
            labels={"folds": "{split}"},
        ),
    log:
        "results/logs/runs/{split}/audit.log",
    conda:
        "../../envs/mer.yaml"
    params:
        spec=audit_spec,
    shell:
        "python -m mer.cli leak_audit --spec {params.spec:q} --folds {input:q} --output {output:q} > {log:q} 2>&1"


# Macro-expressions that a method learns from as well, labelled by the protocol's task.
rule macro:
    output:
        "results/{kind}/{split}/{run}/macro.json",
    log:
        "results/logs/{kind}/{split}/{run}/macro.log",
    conda:
        "../../envs/mer.yaml"
    params:
        spec=macro_spec,
        execution=macro_execution,
    shell:
        "python -m mer.cli macro --spec {params.spec:q} --execution {params.execution:q}"
        " --output {output:q} > {log:q} 2>&1"


# Writes a stand-in that a configuration asks for; its name has the digest of settings and code.
rule stand_in:
    output:
        "results/standins/{stand_in}/STAND-IN.json",
    log:
        "results/logs/standins/{stand_in}.log",
    conda:
        "../../envs/mer.yaml"
    params:
        arguments=stand_in_arguments,
        folder="results/standins/{stand_in}",
    shell:
        "python -m mer.cli standin {params.arguments} --out {params.folder:q} > {log:q} 2>&1"


rule prepare:
    input:
        stand_in=stand_in_of,
        # A part of another recipe, made by this same rule.
        landmarks=landmarks_of,
    output:
        "results/artefacts/{dataset}/{recipe}/{part}.safetensors",
    log:
        "results/logs/artefacts/{dataset}/{recipe}/{part}.log",
    conda:
        "../../envs/mer.yaml"
    resources:
        gpu=n_preparing_gpus,
        mem_mb=prepare_mb,
        runtime=prepare_minutes,
    params:
        spec=prepare_spec,
        execution=prepare_execution,
    shell:
        "python -m mer.cli prepare --spec {params.spec:q} --execution {params.execution:q}"
        " --inputs {input.landmarks:q} --output {output:q} > {log:q} 2>&1"


rule parts:
    input:
        all_parts,
    output:
        "results/artefacts/{dataset}/{recipe}/parts.json",
    log:
        "results/logs/artefacts/{dataset}/{recipe}/parts.log",
    conda:
        "../../envs/mer.yaml"
    params:
        spec=parts_spec,
    shell:
        "python -m mer.cli parts --spec {params.spec:q} --output {output:q} > {log:q} 2>&1"


rule contact_sheet:
    input:
        stand_in=stand_in_of,
        parts="results/artefacts/{dataset}/{recipe}/parts.json",
        landmarks=landmarks_list_of,
    output:
        report(
            multiext(
                "results/figures/preprocessing/{dataset}/{recipe}", ".png", ".md"
            ),
            caption="../report/contact_sheet.rst",
            category="Preprocessing",
            subcategory="{dataset}",
            labels={"recipe": "{recipe}"},
        ),
    log:
        "results/logs/contact_sheets/{dataset}/{recipe}.log",
    conda:
        "../../envs/mer.yaml"
    params:
        spec=contact_sheet_spec,
        execution=prepare_execution,
    shell:
        "python -m mer.cli contact_sheet --spec {params.spec:q} --execution {params.execution:q}"
        " --inputs {input.parts:q} {input.landmarks:q} --output {output:q} > {log:q} 2>&1"
