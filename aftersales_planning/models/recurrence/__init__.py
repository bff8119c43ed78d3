from . import aftersales_visit_recurrence
from . import aftersales_visit_recurrence_skill
from . import aftersales_visit_occurrence
from . import aftersales_visit_recurrence_days
from . import aftersales_visit_recurrence_make
from . import aftersales_visit_recurrence_stop
