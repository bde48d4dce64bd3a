"""Protocols are data: YAML in, typed clauses out, or every fault with its line."""
