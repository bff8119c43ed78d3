from . import channel
from . import aftersales_question_ask
from . import aftersales_question_reply
