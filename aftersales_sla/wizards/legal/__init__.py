from . import aftersales_sla_match
