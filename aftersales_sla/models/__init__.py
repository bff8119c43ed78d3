from . import agreement
from . import policy
from . import clock
from . import extends
