from . import aftersales_approval_answer
from . import aftersales_address_change_wizard
from . import aftersales_gate_mode
from . import aftersales_hold_release
from . import aftersales_urgency_ask
from . import aftersales_project_answer
from . import aftersales_project_resolve
