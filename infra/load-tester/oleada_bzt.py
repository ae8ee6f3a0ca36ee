"""Taurus's JMeter module for plans that write their rows themselves."""

from bzt.modules.jmeter import JMeterExecutor


class JMeter(JMeterExecutor):
    """Reads the rows that the plan's own recorder writes, where Taurus would add two listeners of its own.

    The recorder's rows have what Taurus's have and more; a second and a third file would cost CPU and disk for nothing.
    """

    def add_result_writers(self, jmx):
        """Name the file that the recorder writes."""
        self.kpi_jtl = self.engine.create_artifact("kpi", ".jtl")
