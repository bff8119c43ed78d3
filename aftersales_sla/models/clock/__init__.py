from . import aftersales_sla_clock
from . import aftersales_case_clock
from . import aftersales_case_clock_job
from . import aftersales_case_due
from . import aftersales_case_event
from . import aftersales_sla_policy_broken
