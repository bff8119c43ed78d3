from . import aftersales_visit_ask
from . import aftersales_visit_fail
from . import aftersales_visit_promise
from . import aftersales_visit_plan
from . import aftersales_visit_plan_slot
from . import aftersales_technician_ill
from . import site
