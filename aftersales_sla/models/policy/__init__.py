from . import aftersales_sla_setting_mixin
from . import aftersales_sla_policy
from . import aftersales_sla_target
from . import aftersales_sla_target_sentence
from . import aftersales_sla_policy_change
from . import aftersales_sla_policy_words
from . import aftersales_case_policy
from . import resource_calendar_policy
