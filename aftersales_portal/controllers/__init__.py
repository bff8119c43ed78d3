from . import decision
from . import drafts
from . import forms
from . import links
from . import mail
from . import portal
from . import problem
from . import report
