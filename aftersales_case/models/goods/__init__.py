from . import aftersales_slip_mixin
from . import aftersales_case_line
from . import aftersales_case_slip
from . import aftersales_case_slip_named
from . import aftersales_case_confirm
from . import aftersales_case_goods
from . import aftersales_case_supplier
from . import stock_picking
