from . import extends
from . import type
from . import people
from . import case
from . import link
from . import channel
from . import question
from . import service
