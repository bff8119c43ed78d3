from . import aftersales_intake
from . import aftersales_intake_sender
from . import aftersales_case_mail
from . import aftersales_case_people
from . import mail_alias
from . import mail_thread
from . import aftersales_case_import
