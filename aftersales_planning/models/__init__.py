from . import site
from . import people
from . import visit
from . import recurrence
from . import case
from . import type
from . import service
from . import plan
