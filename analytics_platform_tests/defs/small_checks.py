"""One asset with one check, which says what a test tells it to."""

from dataclasses import dataclass

import dagster as dg

KEY = dg.AssetKey(["raw", "events"])
CHECK = dg.AssetCheckKey(KEY, "contract")


@dataclass
class Script:
    """What the next run does.

    Attributes:
        days: days that its check calls wrong.
        is_error: whether as an error.
        error: what its asset raises, before the check.
    """

    days: tuple[str, ...] = ()
    is_error: bool = False
    error: Exception | None = None

    def definitions(self) -> dg.Definitions:
        """The asset and its check."""

        @dg.asset(key=KEY, check_specs=[dg.AssetCheckSpec("contract", asset=KEY)])
        def events() -> dg.MaterializeResult:
            if self.error is not None:
                raise self.error
            result = dg.AssetCheckResult(
                passed=not self.days,
                severity=dg.AssetCheckSeverity.ERROR if self.is_error else dg.AssetCheckSeverity.WARN,
                description="Every value is allowed.",
                metadata={"failing_days": ", ".join(self.days)},
            )
            return dg.MaterializeResult(check_results=[result])

        return dg.Definitions(assets=[events])

    def run(self, instance: dg.DagsterInstance, *days: str, is_error: bool = False) -> str:
        """Build the asset; its check calls these days wrong. Returns the run's id."""
        self.days, self.is_error, self.error = days, is_error, None
        return self._run(instance)

    def fail(self, instance: dg.DagsterInstance, error: Exception) -> str:
        """Let the asset raise, so that the check never runs. Returns the run's id."""
        self.error = error
        return self._run(instance)

    def _run(self, instance: dg.DagsterInstance) -> str:
        job = self.definitions().resolve_implicit_global_asset_job_def()
        quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        return job.execute_in_process(instance=instance, run_config=quiet, raise_on_error=False).run_id
