from . import aftersales_link_mixin
from . import aftersales_case_letter
from . import mail_mail
from . import mail_template
