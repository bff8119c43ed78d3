from . import aftersales_own_fields
from . import aftersales_type_assistant
from . import aftersales_type_import
