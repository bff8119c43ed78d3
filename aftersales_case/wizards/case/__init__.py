from . import aftersales_contact
from . import aftersales_moving_mixin
from . import aftersales_force
from . import aftersales_merge
from . import aftersales_move
from . import aftersales_reopen
from . import aftersales_split
from . import aftersales_triage
