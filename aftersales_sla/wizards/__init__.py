from . import aftersales_escalation_preview
from . import aftersales_sla_due
from . import aftersales_sla_repair
from . import aftersales_sla_change
from . import aftersales_sla_match
from . import legal
from . import promise
from . import aftersales_sla_review
