from . import account_move_asked
from . import account_move_line_payable
from . import account_move_send
from . import payment_transaction
