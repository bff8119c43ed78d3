from . import aftersales_portal_informed
from . import aftersales_portal_sharing
from . import res_partner
