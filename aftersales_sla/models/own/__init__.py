from . import aftersales_sla_target
from . import aftersales_case_event
from . import aftersales_team
from . import res_company
