from . import ir_rule
from . import res_company
from . import res_config_settings
from . import res_partner
from . import stock_move
from . import stock_picking
from . import sale_order
from . import sale_order_line
