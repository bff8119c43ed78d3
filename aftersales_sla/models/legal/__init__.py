from . import aftersales_remedy
from . import aftersales_legal_term
from . import aftersales_legal_term_target
from . import aftersales_sla_target_legal
from . import aftersales_case_remedy
from . import aftersales_case_legal
from . import aftersales_case_event_legal
from . import aftersales_sla_clock_legal
