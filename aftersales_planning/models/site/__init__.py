from . import aftersales_region
from . import aftersales_region_postcode
from . import aftersales_site
from . import aftersales_case_region
from . import res_partner
