from . import aftersales_webhook
from . import aftersales_webhook_secret
from . import aftersales_webhook_health
from . import aftersales_webhook_delivery
from . import aftersales_webhook_delivery_send
from . import aftersales_case_webhook
