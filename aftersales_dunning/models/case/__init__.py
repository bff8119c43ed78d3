from . import aftersales_case
from . import aftersales_case_goods
from . import aftersales_case_line
from . import aftersales_case_proposal
from . import aftersales_case_slip
from . import aftersales_case_event
from . import aftersales_case_type
