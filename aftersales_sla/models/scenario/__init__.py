from . import aftersales_sla_scenario
from . import aftersales_sla_scenario_replay
from . import aftersales_sla_scenario_show
from . import aftersales_sla_scenario_line
from . import aftersales_sla_scenario_case
