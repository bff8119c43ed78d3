from . import hold
from . import credit_control
