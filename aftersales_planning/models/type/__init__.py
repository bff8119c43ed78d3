from . import aftersales_stage_requirement
from . import aftersales_type_stage
from . import aftersales_case_type_package
