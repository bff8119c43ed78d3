from . import aftersales_case_promise
from . import aftersales_case_deadline
from . import aftersales_case_type
from . import aftersales_sla_clock
