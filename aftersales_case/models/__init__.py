from . import type
from . import case
from . import people
from . import history
from . import intake
from . import goods
from . import extends
from . import rights
