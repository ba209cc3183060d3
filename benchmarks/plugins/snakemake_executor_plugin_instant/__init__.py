"""An executor that does nothing: outputs are empty files, and every job is done when it is submitted.

What is left is the work of the controller: what Snakemake and the workflow need for a job of any length.
"""

from collections.abc import AsyncGenerator
from pathlib import Path

from snakemake_interface_executor_plugins.executors.base import SubmittedJobInfo
from snakemake_interface_executor_plugins.executors.remote import RemoteExecutor
from snakemake_interface_executor_plugins.jobs import JobExecutorInterface
from snakemake_interface_executor_plugins.settings import CommonSettings

# As if on this machine: with an executor for elsewhere, Snakemake would really run the local rules.
common_settings = CommonSettings(non_local_exec=False, implies_no_shared_fs=False, job_deploy_sources=False)


class Executor(RemoteExecutor):
    """Makes the outputs of jobs and says that they are done."""

    def __post_init__(self) -> None:
        """Set nothing up."""

    def run_job(self, job: JobExecutorInterface) -> None:
        """Make the outputs of a job."""
        for path in map(Path, job.output):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        info = SubmittedJobInfo(job)
        self.report_job_submission(info)
        self.report_job_success(info)

    async def check_active_jobs(
        self, active_jobs: list[SubmittedJobInfo]
    ) -> AsyncGenerator[SubmittedJobInfo, None]:
        """Have no job to ask for: all are done."""
        for info in ():
            yield info

    def cancel_jobs(self, active_jobs: list[SubmittedJobInfo]) -> None:
        """Have no job to cancel."""
