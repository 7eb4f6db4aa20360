"""The routes, one blueprint a noun."""
