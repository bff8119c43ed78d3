from . import aftersales_restricted_mixin
from . import aftersales_field_right
from . import aftersales_case
from . import ir_ui_view
from . import mail_tracking_value
from . import res_groups
