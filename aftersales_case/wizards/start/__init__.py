from . import aftersales_start
from . import aftersales_start_step
