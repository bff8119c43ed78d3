from . import agreement
from . import agreement_figures
from . import agreement_template
from . import aftersales_case_agreement
from . import res_partner
