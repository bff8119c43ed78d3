from . import aftersales_portal_draft
from . import aftersales_portal_service
from . import aftersales_portal_service_values
from . import aftersales_portal_service_list
from . import aftersales_portal_service_talk
from . import aftersales_portal_service_page
from . import aftersales_portal_service_files
from . import aftersales_portal_service_reply
