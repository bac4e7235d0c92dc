"""A small vocabulary for the operation in memory."""

from __future__ import annotations

from datetime import timedelta

from tongguan.model.measures import How, Measure
from tongguan.model.tasks import Action, Queue
from tongguan.model.vocabulary import Attribute, CaseKind, EventType, Kind, Label, Limit, Milestone, Pack, Stage, Vocabulary

_STEPS = (
    ("created", "已下单", "Placed", "acknowledged", False),
    ("paid", "已支付", "Paid", "inProgress", False),
    ("accepted", "已受理", "Accepted", "inProgress", False),
    ("allocated", "已配货", "Allocated", "inProgress", False),
    ("shipped", "已发货", "Shipped", "inProgress", False),
    ("delivered", "已签收", "Delivered", "completed", True),
    ("held", "已挂起", "On hold", "held", False),
    ("cancelled", "已取消", "Cancelled", "cancelled", True),
    ("return_requested", "申请退货", "Return requested", "returning", False),
    ("refund_requested", "待退款", "Refund requested", "returning", False),
)

_EVENTS = (
    ("order.created", "订单创建", "Order placed", "created"),
    ("payment.succeeded", "支付成功", "Payment succeeded", "paid"),
    ("order.accepted", "业务受理完成", "Order accepted", "accepted"),
    ("order.allocated", "配货完成", "Stock allocated", "allocated"),
    ("package.shipped", "已交承运商", "Handed to carrier", "shipped"),
    ("package.delivered", "客户签收", "Delivered", "delivered"),
    ("order.held", "订单挂起", "Order held", "held"),
    ("order.cancelled", "订单取消", "Order cancelled", "cancelled"),
    ("visit.started", "客户来访", "Visit started", ""),
    ("cart.added", "加入购物车", "Added to cart", ""),
    ("payment.failed", "支付失败", "Payment failed", ""),
    ("order.accept_failed", "受理失败", "Acceptance failed", ""),
    ("service.activated", "业务激活", "Service activated", ""),
    ("ticket.opened", "工单受理", "Ticket opened", ""),
    ("statement.matched", "对账完成", "Statement matched", ""),
    ("listing.published", "商品上架", "Product listed", ""),
    ("stock.received", "资源入库", "Stock received", ""),
    ("return.requested", "申请退货", "Return requested", "return_requested"),
    ("return.closed", "退单办结", "Return closed", ""),
)

_STAGES = (
    ("listing", "商品上架", "Listing", ("listing.published",), (), ()),
    ("stock", "资源入库", "Stock-in", ("stock.received",), (), ()),
    ("visits", "客户来访", "Visits", ("visit.started",), (), ()),
    ("conversion", "销售转化", "Sales conversion", ("cart.added",), (), ()),
    ("orders", "订单生成", "Orders", ("order.created",), ("order.cancelled",), ()),
    ("payment", "支付", "Payment", ("payment.succeeded", "payment.failed"), ("payment.failed",), ("created",)),
    ("acceptance", "业务受理", "Acceptance", ("order.accepted", "order.accept_failed"), ("order.accept_failed",), ("paid", "held")),
    ("allocation", "配货", "Allocation", ("order.allocated",), (), ("accepted",)),
    ("shipping", "配送发货", "Shipping", ("package.shipped",), (), ("allocated",)),
    ("delivery", "签收", "Delivery", ("package.delivered",), (), ("shipped",)),
    ("activation", "激活", "Activation", ("service.activated",), (), ()),
    ("audit", "结算稽核", "Settlement and audit", ("statement.matched",), (), ()),
    ("aftersales", "售后服务", "After-sales", ("ticket.opened",), (), ()),
)

_PHASES = (
    (Label("售前", "Before the sale"), ("listing", "stock", "visits", "conversion")),
    (Label("成交", "Sale"), ("orders", "payment")),
    (Label("履行", "Fulfilment"), ("acceptance", "allocation", "shipping", "delivery", "activation")),
    (Label("结算售后", "Settlement and after"), ("audit", "aftersales")),
)

_CODES = {
    "channel": {
        "web": ("网上营业厅", "Web hall"),
        "app": ("掌上营业厅", "App"),
        "wechat": ("微厅", "WeChat"),
        "kiosk": ("自助终端", "Kiosk"),
        "shop": ("社会化网络渠道", "Partner shops"),
    },
    "business_class": {
        "goods": ("商品", "Goods"),
        "goods.handset": ("终端", "Handset"),
        "handling": ("业务办理", "Handling"),
        "points": ("积分", "Points"),
    },
    "brand": {"wo": ("沃", "Wo"), "ruyi": ("如意通", "Ruyi")},
    "tier": {"high": ("高价值", "High value"), "middle": ("中价值", "Middle value"), "low": ("普通", "Ordinary")},
}

_REASONS = {
    "duplicate": ("重复订单", "Duplicate order"),
    "incomplete": ("资料不全", "Incomplete details"),
    "suspicious": ("可疑订单", "Suspicious order"),
    "not_paid": ("未支付", "Not paid"),
    "changed_mind": ("客户改变主意", "Changed mind"),
    "too_slow": ("等待太久", "Too slow"),
    "quality": ("质量问题", "Quality"),
    "plan_conflict": ("套餐冲突", "Plan conflict"),
    "debt": ("客户欠费", "Customer owes money"),
    "needs_customer": ("需客户配合", "Customer is needed"),
    "interface_error": ("接口异常", "Interface error"),
    "channel_timeout": ("支付渠道超时", "Payment channel timed out"),
    "page_error": ("页面出错", "Page error"),
}

_LIMITS = {
    "paid": Limit(timedelta(hours=4), timedelta(hours=12)),
    "accepted": Limit(timedelta(hours=12), timedelta(days=1)),
    "allocated": Limit(timedelta(days=1), timedelta(days=3)),
    "shipped": Limit(timedelta(days=3), timedelta(days=7)),
}

_MEASURES = {
    "visits": (
        Measure("visitors", Label("访客数", "Visitors"), How.DISTINCT, ("visit.started",), ("customer_id",), better="up"),
        Measure("visit_time", Label("平均停留", "Mean stay"), How.MEAN, ("visit.started",), ("duration",)),
    ),
    "payment": (
        Measure("successes", Label("支付成功", "Successes"), How.COUNT, ("payment.succeeded",), better="up"),
        Measure("success_rate", Label("支付成功率", "Success rate"), How.SHARE, part="successes", whole="volume", better="up"),
        Measure("paid", Label("支付金额", "Paid"), How.MONEY, ("payment.succeeded",), ("amount", "currency"), better="up"),
        Measure("average_paid", Label("笔均金额", "Average payment"), How.SHARE, part="paid", whole="successes"),
        Measure("payment_time", Label("95% 支付耗时", "95% paid within"), How.P95, ("payment.succeeded",), ("duration",), better="down"),
    ),
}

_QUEUES = (
    Queue(
        "acceptance",
        Label("人工受理", "Manual acceptance"),
        "acceptance",
        "order",
        ("paid", "held"),
        "acceptance",
        {Action.FINISH: "order.accepted", Action.FAIL: "order.cancelled"},
        {
            "plan_conflict": Label("套餐冲突", "Plan conflict"),
            "debt": Label("客户欠费", "Customer owes money"),
            "needs_customer": Label("需客户配合", "Customer is needed"),
        },
    ),
    Queue("allocation", Label("配货异常", "Allocation by hand"), "allocation", "order", ("accepted", "allocated"), "stock", {}, {}, 60),
)

_RECEIVER = (
    Attribute("receiver", Kind.TEXT, "Who receives the package.", personal=True),
    Attribute("receiver_phone", Kind.TEXT, "Number of the receiver.", personal=True),
    Attribute("express_company", Kind.TEXT, "Carrier."),
)


def fake_vocabulary() -> Vocabulary:
    """Return a vocabulary of one pack with orders and the stages of a sale."""
    milestones = tuple(Milestone(name, Label(zh, en), status, final=final) for name, zh, en, status, final in _STEPS)
    events = tuple(
        EventType(
            name,
            Label(zh, en),
            f"{en}.",
            rank=place * 10,
            attributes=_RECEIVER if name.startswith("package.") else (),
            milestones={"order": milestone} if milestone else {},
        )
        for place, (name, zh, en, milestone) in enumerate(_EVENTS)
    )
    codes = {column: {code: Label(zh, en) for code, (zh, en) in known.items()} for column, known in _CODES.items()}
    pack = Pack(
        "sales",
        Label("销售", "Sales"),
        events,
        (CaseKind("order", Label("订单", "Order"), milestones, limits=_LIMITS),),
        codes,
        names={"reason": {code: Label(zh, en) for code, (zh, en) in _REASONS.items()}},
        queues=_QUEUES,
    )
    phases = {name: label for label, names in _PHASES for name in names}
    stages = [
        Stage(
            name, Label(zh, en), volume, failures, "order" if waiting else "", waiting, phase=phases[name], measures=_MEASURES.get(name, ())
        )
        for name, zh, en, volume, failures, waiting in _STAGES
    ]
    return Vocabulary([pack], stages)
