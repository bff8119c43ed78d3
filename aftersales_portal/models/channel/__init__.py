from . import aftersales_channel
from . import aftersales_channel_count
from . import aftersales_channel_key
from . import aftersales_channel_token
from . import aftersales_intake_channel
