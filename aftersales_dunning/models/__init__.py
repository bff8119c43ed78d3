from . import hold
from . import case
from . import invoice
from . import payment
from . import credit_control
from . import extends
from . import sms
