from . import aftersales_competing_demand
from . import aftersales_delivery_report
from . import aftersales_breakage
from . import aftersales_cost_report
from . import aftersales_dealer_performance
