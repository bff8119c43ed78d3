from . import aftersales_case_event
from . import aftersales_case_event_replay
from . import aftersales_case_history
from . import aftersales_case_promise
from . import aftersales_case_said
from . import aftersales_case_signal
from . import aftersales_type_stage_signal
