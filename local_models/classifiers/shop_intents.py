"""The intents of a shop's customers, those that want nothing, and the level above them."""

from __future__ import annotations

LABELS = (
    "order_query", "order_modify", "logistics", "urge", "refund", "return_exchange", "payment",
    "invoice", "promotion", "account", "product_consult", "shipping_fee", "warranty", "complaint",
    "human_agent", "smalltalk", "other",
)  # fmt: skip
NEUTRAL = frozenset({"smalltalk", "other"})
GROUPS = {
    "order_query": "query", "logistics": "query", "order_modify": "handle", "urge": "handle",
    "refund": "handle", "return_exchange": "handle", "invoice": "handle", "account": "handle",
    "warranty": "handle", "payment": "consult", "promotion": "consult",
    "product_consult": "consult", "shipping_fee": "consult", "complaint": "complaint",
    "human_agent": "handle", "smalltalk": "other", "other": "other",
}  # fmt: skip
