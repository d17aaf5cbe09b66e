from . import aftersales_hold_release
