from . import aftersales_link_mixin
from . import aftersales_case_letter
from . import aftersales_case_reply
from . import aftersales_signature
from . import aftersales_case_signature
from . import mail_compose_message
from . import mail_mail
from . import mail_template
