"""The decisions that the product brings, declared as fact and outcome models.

Place in event → facts → decide → record → apply: these models are what *facts*
may contain and what *decide* may answer. The administrator's screens, the JSON
schema of a pack and the documentation are generated from them; nothing of them
is typed twice. Other addons declare their own decisions the same way and add
them to ``REGISTRY`` (R9).
"""

from .credit import (
    CREDIT_HOLD,
    CUSTOMER_TIER,
    SHIPMENT_RELEASE,
    SHIPPING_DAY,
    CreditFacts,
    CustomerTierFacts,
    ShippingDayFacts,
)
from .promises import (
    ORDER_URGENCY,
    QUOTATION_PROMISE,
    OrderUrgencyFacts,
    QuotationPromiseFacts,
)
from .complaint_deadline import COMPLAINT_DEADLINE, ComplaintDeadlineFacts
from .transfer import TRANSFER_RELEASE, TransferFacts
from .logistics import LOGISTICS_EXCEPTION, LogisticsFacts
from .fee import MOULD_FEE_REFUND, MouldFeeFacts
from .investigation import INVESTIGATION_PATH, InvestigationFacts
from .project import (
    PROJECT_CONFLICT,
    PROJECT_PERIOD,
    ProjectConflictFacts,
    ProjectPeriodFacts,
)
from .breakage import BREAKAGE_LIABILITY, BreakageFacts
from .care import (
    CUSTOMER_CARE,
    SERVICE_SURVEY,
    CustomerCareFacts,
    ServiceSurveyFacts,
)
from .liability import COST_LIABILITY, LiabilityFacts
from .complaint_intake import COMPLAINT_INTAKE, ComplaintIntakeFacts
from .production import (
    ORDER_KIND,
    PRODUCTION_RELEASE,
    OrderKindFacts,
    ProductionFacts,
)
from .complaint_classification import (
    COMPLAINT_SEVERITY,
    COMPLAINT_TYPE,
    COMPLAINT_URGENCY,
)
from .complaint_routing import COMPLAINT_ESCALATION, COMPLAINT_ROUTING
from .solution import (
    COMPLAINT_CLOSING,
    SOLUTION_APPROVAL,
    ClosingFacts,
    SolutionFacts,
)

__all__ = [
    "COST_LIABILITY",
    "LiabilityFacts",
    "COMPLAINT_CLOSING",
    "SOLUTION_APPROVAL",
    "ClosingFacts",
    "SolutionFacts",
    "BREAKAGE_LIABILITY",
    "CUSTOMER_CARE",
    "SERVICE_SURVEY",
    "BreakageFacts",
    "CustomerCareFacts",
    "ServiceSurveyFacts",
    "COMPLAINT_ESCALATION",
    "COMPLAINT_ROUTING",
    "COMPLAINT_SEVERITY",
    "COMPLAINT_TYPE",
    "COMPLAINT_URGENCY",
    "COMPLAINT_INTAKE",
    "COMPLAINT_DEADLINE",
    "CREDIT_HOLD",
    "CUSTOMER_TIER",
    "INVESTIGATION_PATH",
    "LOGISTICS_EXCEPTION",
    "ORDER_URGENCY",
    "QUOTATION_PROMISE",
    "MOULD_FEE_REFUND",
    "PROJECT_CONFLICT",
    "PROJECT_PERIOD",
    "ORDER_KIND",
    "PRODUCTION_RELEASE",
    "SHIPMENT_RELEASE",
    "SHIPPING_DAY",
    "TRANSFER_RELEASE",
    "ComplaintIntakeFacts",
    "ComplaintDeadlineFacts",
    "CreditFacts",
    "CustomerTierFacts",
    "InvestigationFacts",
    "LogisticsFacts",
    "OrderUrgencyFacts",
    "QuotationPromiseFacts",
    "MouldFeeFacts",
    "ProjectConflictFacts",
    "ProjectPeriodFacts",
    "OrderKindFacts",
    "ProductionFacts",
    "ShippingDayFacts",
    "TransferFacts",
]
