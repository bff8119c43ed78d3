from . import account_move
from . import ir_http
from . import mail_template
from . import res_company
from . import res_company_start
from . import res_config_settings
from . import resource_calendar_leaves
