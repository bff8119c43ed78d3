from . import aftersales_handover
