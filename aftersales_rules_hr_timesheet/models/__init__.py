from . import account_analytic_line
from . import aftersales_cost
