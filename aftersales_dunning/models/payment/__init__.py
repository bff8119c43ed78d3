from . import account_move_asked
from . import account_move_line_payable
from . import payment_transaction
