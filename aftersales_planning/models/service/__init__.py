from . import aftersales_portal_service_visit
