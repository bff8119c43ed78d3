from . import aftersales_case_asked
from . import aftersales_case_event_portal
from . import aftersales_case_portal
from . import aftersales_case_rating
from . import aftersales_case_silence
from . import aftersales_case_still
from . import rating_rating
from . import aftersales_reported_line
