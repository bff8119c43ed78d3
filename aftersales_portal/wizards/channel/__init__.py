from . import aftersales_channel_token
