from . import aftersales_attachment_kind
from . import aftersales_case_type
from . import aftersales_case_type_package
from . import aftersales_case_type_silence
from . import aftersales_refusal_reason
from . import aftersales_portal_problem
from . import aftersales_type_stage
from . import aftersales_type_stage_decision
