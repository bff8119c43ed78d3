from . import aftersales_portal_service
from . import aftersales_portal_service_values
from . import aftersales_portal_service_list
from . import aftersales_portal_service_talk
from . import aftersales_portal_service_page
