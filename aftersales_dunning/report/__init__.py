from . import credit_control_analysis
from . import credit_control_summary
