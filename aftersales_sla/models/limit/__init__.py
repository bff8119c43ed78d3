from . import aftersales_type_stage
from . import aftersales_case_limit
from . import aftersales_case_type_package
