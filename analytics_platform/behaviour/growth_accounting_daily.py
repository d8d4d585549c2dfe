"""Growth accounting: active = active on the eve + new + resurrected − churned, for days, weeks and months.

All of it is read off the transitions of `lifecycle_daily`: each state says in which of the three periods its
users count. The quick ratio is gains over losses of the last seven days.
"""

from pathlib import Path

from analytics_platform.lakehouse import Model

GROWTH_ACCOUNTING_DAILY = Model.load(Path(__file__).with_suffix(".sql"))
