from . import aftersales_gate_mode
from . import aftersales_hold_release
