from . import credit_control_line
from . import credit_control_communication
from . import credit_control_policy
from . import credit_control_policy_forecast
from . import credit_control_policy_level_forecast
from . import credit_control_run
from . import mail_mail
