from . import aftersales_sla_due
from . import aftersales_sla_repair
