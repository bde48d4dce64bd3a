"""Signed protocols as YAML files."""
