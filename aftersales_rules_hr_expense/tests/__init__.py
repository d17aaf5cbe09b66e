from . import test_cost_expense
