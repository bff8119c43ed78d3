from . import aftersales_team
from . import aftersales_case_assign
from . import aftersales_case_customer
from . import aftersales_case_handover
from . import hr_employee
from . import res_groups
from . import res_users
from . import res_users_absence
