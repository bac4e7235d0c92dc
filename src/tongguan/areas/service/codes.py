"""Names of the usual codes of the service desk: kinds, causes and outcomes of contacts, tickets and follow-ups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tongguan.areas.declaring import labels
from tongguan.model.vocabulary import Label

KINDS: Final[Mapping[str, Label]] = labels(
    {
        "service": ("服务", "Service"),
        "guide": ("导购", "Shopping guide"),
        "complaint": ("投诉", "Complaint"),
        "follow_up": ("回访", "Follow-up"),
        "reminder": ("催付提醒", "Reminder"),
        "request": ("服务请求", "Request"),
        "fault": ("故障申告", "Fault"),
        "suggestion": ("建议", "Suggestion"),
        "inquiry": ("咨询", "Inquiry"),
    }
)
"""Names for the attribute ``kind`` of contacts and tickets."""

CATEGORIES: Final[Mapping[str, Label]] = labels(
    {
        "delivery.late": ("配送延误", "Late delivery"),
        "payment.charged_no_order": ("已扣款无订单", "Charged without an order"),
        "return.refund_slow": ("退货退款慢", "Slow refund of a return"),
        "price.mismatch": ("价格不符", "Price differs"),
        "activation.failed": ("激活失败", "Activation failed"),
        "goods.quality": ("商品质量", "Quality of the goods"),
        "bill.disputed": ("账单争议", "Disputed bill"),
        "network.slow": ("网速慢", "Slow network"),
        "network.broken": ("网络中断", "Network broken"),
        "marketing.harassment": ("营销骚扰", "Unwanted marketing"),
        "value_added.unasked": ("未经同意开通增值业务", "Value-added service not asked for"),
        "service.attitude": ("服务态度", "Attitude of the staff"),
        "invoice.copy": ("补开发票", "Copy of an invoice"),
        "address.change": ("变更地址", "Change of address"),
        "plan.cancel": ("取消套餐", "Cancel a plan"),
        "plan.wish": ("套餐建议", "Wish for a plan"),
        "plan.rules": ("套餐规则", "Rules of a plan"),
        "refund.progress": ("退款进度", "Progress of a refund"),
        "installation.date": ("装机时间", "Date of installation"),
        "broadband.down": ("宽带中断", "Broadband down"),
        "signal.weak": ("信号弱", "Weak signal"),
        "app.design": ("应用设计", "Design of the app"),
        "menu.order": ("菜单顺序", "Order of the menu"),
        "points.rules": ("积分规则", "Rules of points"),
        "coverage": ("网络覆盖", "Coverage"),
    }
)
"""Names for the attribute ``category`` of a ticket."""

SKILLS: Final[Mapping[str, Label]] = labels(
    {
        "general": ("综合咨询", "General"),
        "order": ("订单", "Orders"),
        "bill": ("账单", "Bills"),
        "broadband": ("宽带", "Broadband"),
        "complaint": ("投诉", "Complaints"),
    }
)
"""Names for the attribute ``skill``."""

TOPICS: Final[Mapping[str, Label]] = labels(
    {
        "balance": ("余额", "Balance"),
        "plan": ("套餐", "Plan"),
        "value_added": ("增值业务", "Value-added service"),
        "password": ("密码", "Password"),
        "points": ("积分", "Points"),
        "order_status": ("订单进度", "Order status"),
        "payment": ("支付", "Payment"),
        "activation": ("激活", "Activation"),
        "offer": ("优惠", "Offer"),
        "bill": ("账单", "Bill"),
        "invoice": ("发票", "Invoice"),
        "refund": ("退款", "Refund"),
        "broadband_fault": ("宽带报障", "Broadband fault"),
        "broadband_move": ("宽带移机", "Broadband move"),
        "dissatisfied": ("不满投诉", "Dissatisfied"),
        "visit_after_service": ("服务后回访", "Call after service"),
    }
)
"""Names for the attribute ``topic`` of a contact."""

SEVERITIES: Final[Mapping[str, Label]] = labels({"high": ("高", "High"), "middle": ("中", "Middle"), "low": ("低", "Low")})
"""Names for the attribute ``severity``."""

PRIORITIES: Final[Mapping[str, Label]] = labels({"urgent": ("紧急", "Urgent"), "normal": ("普通", "Normal")})
"""Names for the attribute ``priority``."""

RESULTS: Final[Mapping[str, Label]] = labels(
    {
        "explained": ("已解释", "Explained"),
        "mended": ("已修复", "Mended"),
        "refunded": ("已退款", "Refunded"),
        "compensated": ("已补偿", "Compensated"),
        "withdrawn": ("客户撤回", "Withdrawn by the customer"),
        "satisfied": ("满意", "Satisfied"),
        "dissatisfied": ("不满意", "Dissatisfied"),
        "no_opinion": ("无意见", "No opinion"),
    }
)
"""Names for the column ``result`` of tickets and follow-ups."""

REASONS: Final[Mapping[str, Label]] = labels(
    {
        "busy": ("对方忙", "Line busy"),
        "wrong_number": ("号码错误", "Wrong number"),
        "not_ours": ("不归本部门", "Not ours to handle"),
        "twice": ("重复工单", "Told twice"),
        "no_case": ("投诉不成立", "No case"),
        "waiting_for_department": ("等待相关部门", "Waiting for a department"),
        "waiting_for_parts": ("等待备件", "Waiting for parts"),
        "waiting_for_carrier": ("等待承运商", "Waiting for the courier"),
    }
)
"""Names for the column ``reason``: why a ticket was rejected or held, why a follow-up failed."""
