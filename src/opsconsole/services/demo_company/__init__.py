"""The demo company: two invented years of a housewares shop, with planted trouble and the truth about it."""

from opsconsole.services.demo_company.create import USUAL_ORDERS, DemoReport, create_demo

__all__ = ["USUAL_ORDERS", "DemoReport", "create_demo"]
