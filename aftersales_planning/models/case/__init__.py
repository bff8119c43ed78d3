from . import aftersales_case_visit
from . import aftersales_case_ask
