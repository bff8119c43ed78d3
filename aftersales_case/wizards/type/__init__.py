from . import aftersales_option_labels
from . import aftersales_own_fields
from . import aftersales_type_assistant
from . import aftersales_type_export
from . import aftersales_type_import
