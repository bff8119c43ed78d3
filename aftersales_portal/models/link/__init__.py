from . import aftersales_link
from . import aftersales_link_mixin
from . import aftersales_case_link
from . import aftersales_link_report
from . import aftersales_case_link_report
from . import aftersales_case_quoted
