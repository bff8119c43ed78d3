from . import call
from . import case
from . import people
from . import start
from . import type
