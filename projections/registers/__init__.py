"""Registers: the rows an auditor asks for, each a fold of its own with a version and a digest."""
