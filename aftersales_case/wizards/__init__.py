from . import case
from . import intake
from . import people
from . import start
from . import type
