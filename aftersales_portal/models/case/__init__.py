from . import aftersales_case_portal
