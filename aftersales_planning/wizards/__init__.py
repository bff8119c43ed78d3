from . import aftersales_visit_ask
from . import aftersales_visit_fail
from . import aftersales_visit_promise
from . import site
