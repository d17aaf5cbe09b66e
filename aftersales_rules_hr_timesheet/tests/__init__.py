from . import test_cost_timesheet
