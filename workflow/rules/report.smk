# One page about all sweeps of this run.


rule report:
    input:
        all_sweeps,
    output:
        report(
            campaign.page("report"),
            caption="../report/report.rst",
            category="Report",
        ),
    log:
        campaign.log_of_page("report"),
    conda:
        "../../envs/mer.yaml"
    params:
        sweeps=sweep_names,
        revision=report_revision,
    shell:
        "python -m mer.cli report {params.sweeps:q} --output {output:q} > {log:q} 2>&1"
