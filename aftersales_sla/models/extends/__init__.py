from . import res_company
from . import res_country
from . import res_country_group
from . import resource_calendar
