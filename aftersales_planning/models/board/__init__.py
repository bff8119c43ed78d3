from . import aftersales_visit_board
from . import aftersales_visit_board_rows
from . import aftersales_visit_lane
from . import aftersales_visit_notice
from . import aftersales_visit_place
from . import aftersales_todo
