from . import res_company_moment
from . import aftersales_sla_report
from . import aftersales_sla_target_reached
