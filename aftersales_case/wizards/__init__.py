from . import case
from . import people
from . import type
