from . import aftersales_case_type
from . import aftersales_case_chain
from . import aftersales_case_chain_show
from . import aftersales_sla_clock
