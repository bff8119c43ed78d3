from . import hold
from . import credit_control
from . import partner
from . import sms
