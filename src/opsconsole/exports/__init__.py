"""Listings and packs as workbooks (.xlsx): safe text, real numbers and dates, totals that recalculate."""
