from . import aftersales_sla_policy
from . import aftersales_sla_target
from . import aftersales_case_policy
