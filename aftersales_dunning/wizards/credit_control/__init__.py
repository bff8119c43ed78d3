from . import aftersales_dunning_dry_run
from . import aftersales_dunning_dry_run_line
from . import credit_control_emailer
from . import credit_control_marker
from . import credit_control_policy_changer
from . import credit_control_printer
