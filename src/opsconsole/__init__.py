"""Operations console for e-commerce: order exceptions, stock levels, vendor SLAs and KPI charts."""

__version__ = "0.1.0"
