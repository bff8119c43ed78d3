from . import aftersales_handover
from . import base_partner_merge_automatic_wizard
