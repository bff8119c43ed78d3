from . import aftersales_sla_promise
