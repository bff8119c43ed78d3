from . import aftersales_handover
from . import aftersales_merge
from . import aftersales_own_fields
from . import aftersales_reopen
from . import aftersales_split
from . import aftersales_triage
from . import aftersales_type_assistant
from . import aftersales_type_import
