"""The rules core: facts in, decision out. No database, no clock, no Odoo.

Place in event → facts → decide → record → apply: this package is *decide*, and
declares what *facts* are. Reading order:

1. ``facts`` and ``registry``: what a decision may look at and answer;
2. ``values``: the value types, exact and bounded;
3. ``language`` and ``templates``: packs of rules as data;
4. ``checks`` and ``program``: what a pack means for the declared decisions;
5. ``compile``: from pack to something that decides;
6. ``plain`` and ``durable``: the two evaluators, equal by test;
7. ``decision`` and ``explain``: the answer, and why;
8. ``catalogue``: the decisions that the product brings;
9. ``deadline``: until when, in working hours;
10. ``books``: service costs split and put into documents, to the last cent;
11. ``compare``: what differs between two packs;
12. ``nearest`` and ``advice``: what would have to be different for another answer,
    and what a person does for it;
13. ``feel`` and ``dmn``: decision tables for other tools, and from them;
14. ``exchange``: a pack as a file for another company, and what of it comes in.

Import from here only; what is not in ``__all__`` may change without notice.

>>> load_pack('{"schema_version": 1, "name": "empty"}').rules
()
"""

from .catalogue import (
    COST_LIABILITY,
    LiabilityFacts,
    BREAKAGE_LIABILITY,
    CUSTOMER_CARE,
    SERVICE_SURVEY,
    BreakageFacts,
    CustomerCareFacts,
    ServiceSurveyFacts,
    COMPLAINT_DEADLINE,
    CREDIT_HOLD,
    CUSTOMER_TIER,
    LOGISTICS_EXCEPTION,
    ORDER_URGENCY,
    QUOTATION_PROMISE,
    MOULD_FEE_REFUND,
    PROJECT_CONFLICT,
    PROJECT_PERIOD,
    ORDER_KIND,
    PRODUCTION_RELEASE,
    SHIPMENT_RELEASE,
    SHIPPING_DAY,
    TRANSFER_RELEASE,
    CreditFacts,
    CustomerTierFacts,
    LogisticsFacts,
    OrderUrgencyFacts,
    QuotationPromiseFacts,
    MouldFeeFacts,
    ProjectConflictFacts,
    ProjectPeriodFacts,
    OrderKindFacts,
    ProductionFacts,
    ShippingDayFacts,
    TransferFacts,
    ComplaintDeadlineFacts,
)
from .advice import change_advice, movable_ranges, way_advice
from .analysis import Finding, find_problems, finding_text
from .checks import check_pack
from .compare import (
    COLUMNS,
    CellChange,
    ConditionChange,
    DiffRow,
    PackDiff,
    RuleChange,
    ThresholdChange,
    compare_decisions,
    compare_packs,
    diff_rows,
    part_of,
    patch,
    thresholds_of,
)
from .compile import CompiledPack, compile_pack
from .deadline import Allowance, BeyondTimetable, Counting, Deadline, Timetable
from .decision import Decision, Match, RenderedMatch
from .dmn import dmn_faults, dump_dmn, load_dmn
from .durable import EngineStatus, engine_status
from .errors import EngineError, FactsError, Fault, PackError, RulesError
from .exchange import (
    Exchange,
    dump_exchange,
    exchange_json_schema,
    load_exchange,
    take_tables,
    values_of,
)
from .explain import ConditionExplanation, Explanation, RuleExplanation
from .facts import (
    FIXED,
    Advice,
    FactModel,
    FieldSpec,
    OutcomeModel,
    boolean,
    choice,
    date_fact,
    integer,
    money,
    quantity,
    ratio,
    text,
    time_fact,
)
from .i18n import _
from .language import (
    AnyGroup,
    Condition,
    FactOperand,
    Operator,
    Pack,
    Rule,
    Threshold,
    ThresholdOperand,
    load_pack,
    load_pack_parts,
)
from .merge import Conflict, Merged, merge_packs
from .nearest import Alternative, Change, Goal, Way, nearest_ways, way_rank, way_text
from .registry import REGISTRY, DecisionSpec, Registry, package_of
from .schema import pack_json_schema
from .templates import Template
from .values import FactType, ValueFault, format_value, parse_value, to_json

__all__ = [
    "Advice",
    "Allowance",
    "Alternative",
    "AnyGroup",
    "BREAKAGE_LIABILITY",
    "BeyondTimetable",
    "BreakageFacts",
    "COMPLAINT_DEADLINE",
    "COST_LIABILITY",
    "CREDIT_HOLD",
    "CUSTOMER_CARE",
    "CUSTOMER_TIER",
    "CellChange",
    "Change",
    "CompiledPack",
    "ComplaintDeadlineFacts",
    "Condition",
    "ConditionChange",
    "ConditionExplanation",
    "Conflict",
    "Counting",
    "CreditFacts",
    "CustomerCareFacts",
    "CustomerTierFacts",
    "Deadline",
    "Decision",
    "DecisionSpec",
    "DiffRow",
    "EngineError",
    "EngineStatus",
    "Exchange",
    "Explanation",
    "FIXED",
    "FactModel",
    "FactOperand",
    "FactType",
    "FactsError",
    "Fault",
    "FieldSpec",
    "Finding",
    "Goal",
    "LOGISTICS_EXCEPTION",
    "LiabilityFacts",
    "LogisticsFacts",
    "MOULD_FEE_REFUND",
    "Match",
    "Merged",
    "MouldFeeFacts",
    "ORDER_KIND",
    "ORDER_URGENCY",
    "Operator",
    "OrderKindFacts",
    "OrderUrgencyFacts",
    "OutcomeModel",
    "PRODUCTION_RELEASE",
    "PROJECT_CONFLICT",
    "PROJECT_PERIOD",
    "Pack",
    "PackDiff",
    "PackError",
    "ProductionFacts",
    "ProjectConflictFacts",
    "ProjectPeriodFacts",
    "QUOTATION_PROMISE",
    "QuotationPromiseFacts",
    "REGISTRY",
    "Registry",
    "RenderedMatch",
    "Rule",
    "RuleChange",
    "RuleExplanation",
    "RulesError",
    "SERVICE_SURVEY",
    "SHIPMENT_RELEASE",
    "SHIPPING_DAY",
    "ServiceSurveyFacts",
    "ShippingDayFacts",
    "TRANSFER_RELEASE",
    "Template",
    "Threshold",
    "ThresholdChange",
    "ThresholdOperand",
    "Timetable",
    "TransferFacts",
    "ValueFault",
    "Way",
    "_",
    "boolean",
    "change_advice",
    "check_pack",
    "choice",
    "compare_decisions",
    "compare_packs",
    "compile_pack",
    "date_fact",
    "diff_rows",
    "dmn_faults",
    "dump_dmn",
    "dump_exchange",
    "engine_status",
    "exchange_json_schema",
    "find_problems",
    "finding_text",
    "format_value",
    "integer",
    "load_dmn",
    "load_exchange",
    "load_pack",
    "load_pack_parts",
    "merge_packs",
    "money",
    "movable_ranges",
    "nearest_ways",
    "pack_json_schema",
    "package_of",
    "parse_value",
    "part_of",
    "patch",
    "quantity",
    "ratio",
    "take_tables",
    "text",
    "thresholds_of",
    "time_fact",
    "to_json",
    "values_of",
    "way_advice",
    "way_rank",
    "way_text",
]
