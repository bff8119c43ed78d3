from . import res_company
from . import resource_calendar
