from . import agreement
from . import policy
from . import clock
from . import legal
from . import extends
