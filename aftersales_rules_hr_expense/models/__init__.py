from . import account_move
from . import account_move_line
from . import aftersales_cost
from . import hr_expense
