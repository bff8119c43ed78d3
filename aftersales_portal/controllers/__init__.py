from . import forms
from . import mail
from . import portal
from . import report
