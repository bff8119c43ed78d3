from . import aftersales_case_asked
from . import aftersales_case_event_portal
from . import aftersales_case_portal
